using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using S2M.Coordinator.DataSets;
using S2M.Coordinator.Hosting;
using S2M.Coordinator.Jobs;
using S2M.Coordinator.Schedules;
using S2M.Coordinator.Workers;

namespace S2M.Coordinator.Storage;

/// <summary>The database and its repositories as services.</summary>
internal static class StorageServices
{
    /// <summary>
    /// Registers options (sections <see cref="StorageOptions.Section"/> and <see cref="StateOptions.Section"/>, checked at start), the database, its
    /// repositories, and the migration, which runs before any hosted service starts.
    /// </summary>
    /// <param name="services">Where.</param>
    /// <param name="configuration">The whole configuration.</param>
    internal static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<StateOptions>().Bind(configuration.GetSection(StateOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<StorageOptions>().Bind(configuration.GetSection(StorageOptions.Section)).ValidateDataAnnotations().ValidateOnStart()
            .Validate(
                options => options.Provider != StorageOptions.PostgreSql || !string.IsNullOrWhiteSpace(options.ConnectionString),
                "Storage:ConnectionString: expected 'Host=...;Database=...;Username=...' for Storage:Provider=postgresql, got nothing. Set it, or leave the provider at sqlite.");
        services.AddSingleton(Open);
        services.AddSingleton<Migrator>();
        services.AddHostedService<StorageStart>();
        services.AddSingleton<IJobStore, JobStore>();
        services.AddSingleton<IJobHistory, JobHistory>();
        services.AddSingleton<IWorkerStore, WorkerStore>();
        services.AddSingleton<IDataSetStore, DataSetStore>();
        services.AddSingleton<IScheduleStore, ScheduleStore>();
        services.AddSingleton<IRequestLog, RequestLog>();
        return services;
    }

    private static Database Open(IServiceProvider services)
    {
        StorageOptions storage = services.GetRequiredService<IOptions<StorageOptions>>().Value;
        return storage.Provider == StorageOptions.PostgreSql
            ? new PostgreSqlDatabase(storage.ConnectionString, storage.CommandTimeout)
            : new SqliteDatabase(services.GetRequiredService<IOptions<StateOptions>>().Value.Folder, storage.CommandTimeout);
    }
}
