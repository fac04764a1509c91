namespace S2M.Coordinator.DataSets;

/// <summary>Why a part of an upload is not taken.</summary>
internal enum UploadFault
{
    /// <summary>Nobody began it since the coordinator started.</summary>
    NotBegun,

    /// <summary>Bytes before these are missing.</summary>
    Gap,

    /// <summary>More bytes than the content has.</summary>
    Beyond,

    /// <summary>It is to be completed, but bytes are missing.</summary>
    Incomplete,

    /// <summary>The disk has no room, or refuses to be written.</summary>
    NoRoom,
}

/// <summary>A part of an upload that is not taken. Content that is wrong in itself is a <see cref="Data.DataException"/>.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">Expected, got, remedy.</param>
/// <param name="inner">What was caught, if anything.</param>
internal sealed class UploadException(UploadFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    internal UploadFault Fault => fault;
}
