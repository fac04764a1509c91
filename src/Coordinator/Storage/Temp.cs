using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
namespace S2M.Coordinator.Storage;
internal static class StorageServices
{
    internal static IServiceCollection AddStorage(this IServiceCollection services, IConfiguration configuration) => services;
}
