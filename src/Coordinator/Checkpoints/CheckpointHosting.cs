using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using S2M.Coordinator.Jobs;

namespace S2M.Coordinator.Checkpoints;

/// <summary>The checkpoint store as a service.</summary>
internal static class CheckpointHosting
{
    /// <summary>Registers options (section <see cref="CheckpointOptions.Section"/>, checked at start), the store, and the look at it before other services start.</summary>
    internal static IServiceCollection AddCheckpoints(this IServiceCollection services)
    {
        services.AddOptions<CheckpointOptions>().BindConfiguration(CheckpointOptions.Section).ValidateDataAnnotations().ValidateOnStart()
            .Validate(
                options => options.Store != CheckpointOptions.Azure || !string.IsNullOrWhiteSpace(options.ConnectionString),
                "Checkpoints:ConnectionString: expected 'DefaultEndpointsProtocol=...;AccountName=...;AccountKey=...' for Checkpoints:Store=azure, got nothing. "
                + "Set S2M_Checkpoints__ConnectionString, or leave the store at files.");
        services.AddSingleton(Open);
        services.AddHostedService<CheckpointStart>();
        return services;
    }

    private static ICheckpointBlobs Open(IServiceProvider services)
    {
        CheckpointOptions options = services.GetRequiredService<IOptions<CheckpointOptions>>().Value;
        return options.Store == CheckpointOptions.Azure ? new AzureCheckpoints(options) : new FileCheckpoints(services.GetRequiredService<JobFolders>());
    }
}
