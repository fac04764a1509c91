using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client.Configuration;
using S2M.Protos.V1;

namespace S2M.Client.Connections;

/// <summary>Which calls gRPC sends again by itself: every unary one, since it reads, or carries a request id. Streams go on by their own cursors.</summary>
internal static class ServiceConfigs
{
    private static readonly FileDescriptor[] Files = [JobReflection.Descriptor, DataSetReflection.Descriptor, ScheduleReflection.Descriptor, WorkerReflection.Descriptor];

    /// <summary>Makes the configuration.</summary>
    /// <param name="options">Attempts and pauses.</param>
    internal static ServiceConfig Of(ClientOptions options)
    {
        var method = new MethodConfig
        {
            RetryPolicy = new RetryPolicy
            {
                MaxAttempts = options.Attempts,
                InitialBackoff = options.Backoff,
                MaxBackoff = options.LongestBackoff,
                BackoffMultiplier = 2,
                RetryableStatusCodes = { StatusCode.Unavailable },
            },
        };
        foreach (MethodDescriptor unary in Files.SelectMany(file => file.Services).SelectMany(service => service.Methods))
        {
            if (!unary.IsClientStreaming && !unary.IsServerStreaming)
            {
                method.Names.Add(new MethodName { Service = unary.Service.FullName, Method = unary.Name });
            }
        }

        return new ServiceConfig { MethodConfigs = { method } };
    }
}
