using Microsoft.Extensions.DependencyInjection;
using S2M.Coordinator.Services;

namespace S2M.Coordinator.DataSets;

/// <summary>The parts of the data set service. The rows (<see cref="IDataSetStore"/>), the request log and the time come from the host.</summary>
internal static class DataSetHosting
{
    /// <summary>Adds content store, library and service; map <see cref="DataSetEndpoint"/> to serve it.</summary>
    internal static IServiceCollection AddDataSets(this IServiceCollection services)
    {
        services.AddOptions<DataSetOptions>().BindConfiguration(DataSetOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<ContentStore>();
        services.AddSingleton<DataSetLibrary>();
        services.AddSingleton<DataSetRegistration>().AddSingleton<DataSetUploads>().AddSingleton<DataSetEndpoint>();
        return services.AddHostedService(static provider => provider.GetRequiredService<ContentStore>());
    }
}
