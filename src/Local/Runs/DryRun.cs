using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Reports;
using S2M.Coordinator.Training;
using S2M.Data.Catalogs;
using S2M.Data.Glyphs;
using S2M.Data.Images;
using S2M.Data.Sampling;
using S2M.Local.Execution;
using S2M.Specification;
using S2M.Worker.Images;

namespace S2M.Local.Runs;

/// <summary>What a job would be and cost: the specification with every default, its parameters, and memory and time measured on one episode here.</summary>
/// <param name="Job">The job.</param>
/// <param name="Threads">Training threads.</param>
/// <param name="DataVersion">The data set, or null where it is not bound.</param>
/// <param name="Network">Layouts and initial values.</param>
/// <param name="EpisodeSeconds">Time of one episode's gradient on one thread.</param>
/// <param name="MemoryBytes">About how much memory the whole run takes.</param>
internal sealed record DryRun(JobSpecification Job, int Threads, string? DataVersion, NetworkDefinition Network, double EpisodeSeconds, long MemoryBytes)
{
    private const double Mebibyte = 1 << 20;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    // Parameters, two moments, a gradient and its mean, all float32.
    private const int FlatVectors = 5;

    /// <summary>Checks the job against its data, where that is bound, and measures one episode.</summary>
    internal static async Task<DryRun> MakeAsync(TrainingRequest request, TimeProvider time, CancellationToken cancellationToken)
    {
        JobSpecification job = request.Specification;
        string? version = null;
        if (request.DataPaths.ContainsKey(job.Data.Name) || job.Data.Name == GlyphDataSet.DataSetName)
        {
            using IDataSet data = JobData.Open(job.Data.Name, request.DataPaths);
            new JobInputs(job, data).CheckEpisodes();
            version = data.Version;
        }

        // The pictures do not matter for time and memory: built-in ones do, whatever the job's own are.
        using var pictures = new GlyphDataSet();
        var images = new PoolTensors(new DecodedImages(pictures, 1 << 30), new ImageFormat(job.Data.Size, job.Data.Channels, job.Data.Ink));
        long before = Process.GetCurrentProcess().WorkingSet64;
        await using InProcessExecutor executor = await InProcessExecutor.StartAsync(job, images, 1);
        NetworkDefinition network = await executor.CreateParametersAsync(cancellationToken);
        Episode[] episodes = [EpisodeOf(job.Episode, pictures.ImageCount)];
        await executor.ComputeGradientAsync(network.Initial, episodes, cancellationToken);
        long begun = time.GetTimestamp();
        await executor.ComputeGradientAsync(network.Initial, episodes, cancellationToken);
        double seconds = time.GetElapsedTime(begun).TotalSeconds;
        long perThread = Math.Max(0, Process.GetCurrentProcess().PeakWorkingSet64 - before);
        return new DryRun(job, request.Threads, version, network, seconds, before + (request.Threads * perThread) + VectorBytes(job, network));
    }

    /// <summary>The job file with every default, and the figures as comments: it can be trained as it stands, unless <c>--set</c> shortened it to within its warm-up.</summary>
    internal string ToYaml()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# every default written out; specification sha256 {CanonicalJson.HashOf(Job)}\n{JobText.Write(Job)}");
        text.Append(CultureInfo.InvariantCulture, $"# data        {DataVersion ?? $"not bound: give --data {Job.Data.Name}=PATH"}\n");
        text.Append(CultureInfo.InvariantCulture, $"# parameters  {Network.Parameters.Count} in {Network.Parameters.Entries.Count} tensors, ");
        text.Append(CultureInfo.InvariantCulture, $"{Network.Buffers.Count} running statistics; descriptors of {Network.DescriptorSize}\n");
        text.Append(CultureInfo.InvariantCulture, $"# episode     {EpisodeImages} images, {Job.Episode.Groups.Count} groups; {EpisodeSeconds:F2} s on one thread, measured\n");
        text.Append(CultureInfo.InvariantCulture, $"# memory      about {MemoryBytes / Mebibyte:F0} MiB with {Threads} threads\n");
        text.Append(CultureInfo.InvariantCulture, $"# time        about {Duration.Show(TimeSpan.FromSeconds(TrainingSeconds))} ");
        text.Append(CultureInfo.InvariantCulture, $"for {Job.Training.Steps} steps of {Job.Training.EpisodesPerStep} episodes with {Threads} threads, without validation and test");
        return text.ToString();
    }

    /// <summary>The same as JSON.</summary>
    internal string ToJson() => new JsonObject
    {
        ["specification"] = JsonNode.Parse(CanonicalJson.Write(Job)),
        ["specification_hash"] = CanonicalJson.HashOf(Job),
        ["data_version"] = DataVersion,
        ["parameters"] = Network.Parameters.Count,
        ["running_statistics"] = Network.Buffers.Count,
        ["descriptor_size"] = Network.DescriptorSize,
        ["episode_images"] = EpisodeImages,
        ["episode_seconds"] = EpisodeSeconds,
        ["training_seconds"] = TrainingSeconds,
        ["threads"] = Threads,
        ["memory_bytes"] = MemoryBytes,
    }.ToJsonString(Indented);

    private int EpisodeImages => Job.Episode.Classes * Job.Episode.ImagesPerClass;

    // A step ends when its last episode does: threads beyond its episodes wait.
    private double TrainingSeconds => (double)Job.Training.Steps * Math.Ceiling((double)Job.Training.EpisodesPerStep / Threads) * EpisodeSeconds;

    private static long VectorBytes(JobSpecification job, NetworkDefinition network)
        => (4L * FlatVectors * network.Parameters.Count) + ((long)job.Data.Size * job.Data.Size * job.Data.Channels * job.Episode.Classes * job.Episode.ImagesPerClass);

    private static Episode EpisodeOf(EpisodeSpecification specification, int images)
    {
        int perClass = specification.ImagesPerClass;
        PoolImage[] pool = [.. Enumerable.Range(0, specification.Classes * perClass).Select(index => new PoolImage(index % images, 0))];
        return new Episode(default, pool, [.. TrainingRoles.Of(specification).Select(roles => new EpisodeGroup(
            [.. Enumerable.Range(0, specification.Classes).Select(c => new Concept(
                new ConceptId(c, 0),
                [.. Enumerable.Range((c * perClass) + roles.SupportFirst, roles.SupportCount)],
                [.. Enumerable.Range((c * perClass) + roles.QueryFirst, roles.QueryCount)]))],
            []))]);
    }
}
