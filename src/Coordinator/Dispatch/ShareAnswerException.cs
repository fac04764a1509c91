namespace S2M.Coordinator.Dispatch;

/// <summary>A worker's answer that is not what was agreed: the worker is at fault, the share is given to another.</summary>
/// <param name="message">Expected, got.</param>
internal sealed class ShareAnswerException(string message) : Exception(message);
