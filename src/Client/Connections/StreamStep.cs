namespace S2M.Client.Connections;

/// <summary>What happened to a stream.</summary>
internal enum StreamStep
{
    /// <summary>A message is there.</summary>
    Received,

    /// <summary>The server ended the stream in order.</summary>
    Completed,

    /// <summary>It was cut, and the pause is over: the next step opens it again.</summary>
    Cut,
}
