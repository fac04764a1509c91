using System.CommandLine;
using S2M.Cluster.Benchmarks.Measurements;
using S2M.Cluster.Benchmarks.Simulation;

var root = new RootCommand(
    "Measures the service as processes over real sockets. Each command prints a table, writes its samples as JSON, and ends with 'NAME: VALUE UNIT, reach R: holds' or "
    + "'falls short'. Exit codes: 0 holds, 1 falls short, 2 not measured.")
{
    StragglerMeasurement.Create(),
    OverheadMeasurement.Create(),
    RecoveryMeasurement.Create(),
    GoodputMeasurement.Create(),
    IdenticalMeasurement.Create(),
    CheckpointMeasurement.Create(),
    ScalingMeasurement.Create(),
    ExchangeMeasurement.Create(),
    SoakMeasurement.Create(),
    ChaosMeasurement.Create(),
    SimulateCommand.Create(),
};
ParseResult command = root.Parse(args);
int ended = await command.InvokeAsync();
return command.Errors.Count > 0 ? 2 : ended;
