using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Schedules;
using S2M.Coordinator.Storage;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Tests.Storage;

public sealed class StorageServicesTests(PostgreSqlServer server) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("s2m-services-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task AddStorage_Defaults_StoreInTheStateFolder()
    {
        using (IHost host = Build(("State:Folder", _folder)))
        {
            await host.StartAsync(Token);
            await host.Services.GetRequiredService<IJobStore>().AddAsync(StoredJobs.Describe("hosted"), StoredJobs.Noon, Token);
            await host.StopAsync(Token);
        }

        File.Exists(Path.Combine(_folder, "s2m.db")).ShouldBeTrue();
        using IHost again = Build(("State:Folder", _folder));
        await again.StartAsync(Token);
        (await again.Services.GetRequiredService<IJobStore>().FindAsync("hosted-0123456789ab", Token)).ShouldNotBeNull("the first let go of the folder");
        again.Services.GetRequiredService<IJobHistory>().ShouldBeOfType<JobHistory>();
        again.Services.GetRequiredService<IWorkerStore>().ShouldBeOfType<WorkerStore>();
        again.Services.GetRequiredService<IDataSetStore>().ShouldBeOfType<DataSetStore>();
        again.Services.GetRequiredService<IScheduleStore>().ShouldBeOfType<ScheduleStore>();
        again.Services.GetRequiredService<IRequestLog>().ShouldBeOfType<RequestLog>();
    }

    [Fact]
    public async Task AddStorage_PostgreSql_StoresThere()
    {
        using IHost host = Build(("Storage:Provider", "postgresql"), ("Storage:ConnectionString", await server.CreateDatabaseAsync()), ("State:Folder", _folder));

        await host.StartAsync(Token);

        (await host.Services.GetRequiredService<IJobStore>().FindAsync("nobody", Token)).ShouldBeNull();
        Directory.EnumerateFileSystemEntries(_folder).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Storage:Provider", "oracle", "Provider")]
    [InlineData("Storage:Provider", "postgresql", "Storage:ConnectionString: expected 'Host=...;Database=...;Username=...' for Storage:Provider=postgresql, got nothing")]
    [InlineData("Storage:CommandTimeout", "00:00:00", "CommandTimeout")]
    [InlineData("State:Folder", "", "Folder")]
    public async Task AddStorage_OptionsOutOfRange_EndTheStart(string name, string value, string expected)
    {
        using IHost host = Build(("State:Folder", _folder), (name, value));

        (await Should.ThrowAsync<OptionsValidationException>(() => host.StartAsync(Token))).Message.ShouldContain(expected);
    }

    private static IHost Build(params (string Name, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        foreach ((string name, string value) in settings)
        {
            builder.Configuration[name] = value;
        }

        builder.Services.AddStorage(builder.Configuration);
        return builder.Build();
    }
}
