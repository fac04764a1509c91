using System.Security.Cryptography;
using System.Text;

namespace S2M.Coordinator.Jobs;

/// <summary>Identifiers of jobs: the name, then twelve hexadecimal digits that follow from the request, so that the same request names the same job.</summary>
internal static class JobIds
{
    private const int Digits = 12;

    /// <summary>The identifier of the job that a request asks for.</summary>
    /// <param name="name">The job's name.</param>
    /// <param name="ns">Its namespace.</param>
    /// <param name="requestId">The client's identifier of the request.</param>
    internal static string Of(string name, string ns, string requestId)
        => $"{name}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{ns}\n{requestId}")))[..Digits]}";
}
