using System.ComponentModel.DataAnnotations;

namespace S2M.Client;

/// <summary>How a client reaches its server. Defaults suit a server on this machine.</summary>
public sealed class ClientOptions
{
    /// <summary>Where the server listens; <c>http://127.0.0.1:5300</c> by default.</summary>
    [Required]
    public Uri Address { get; init; } = new("http://127.0.0.1:5300");

    /// <summary>The bearer token that the server asks for; none by default.</summary>
    public string Token { get; init; } = string.Empty;

    /// <summary>The namespace of jobs and schedules; <c>default</c> by default.</summary>
    [Required]
    public string Namespace { get; init; } = "default";

    /// <summary>Who asks, for the record; <c>local</c> by default.</summary>
    [Required]
    public string Actor { get; init; } = "local";

    /// <summary>How long a call may take, its retries included; 30 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for calls in which the server opens a data set: checking and submitting a job; 2 minutes by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan SubmitDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The same for calls in which the server reads and decodes every image of a data set; 10 minutes by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan RegisterDeadline { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How many times a call is sent before an unavailable server is an error, 2 to 5 (the library's own limit); 5 by default.</summary>
    [Range(2, 5)]
    public int Attempts { get; init; } = 5;

    /// <summary>The pause after the first failure; it doubles with each further one. 0.2 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan Backoff { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>The longest pause; 5 s by default.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:10:00")]
    public TimeSpan LongestBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Measures deadlines and pauses.</summary>
    [Required]
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
