using S2M.Client;

namespace S2M.Cli.Output;

/// <summary>Shows how far a transfer came.</summary>
/// <param name="name">What is transferred.</param>
/// <param name="line">Where.</param>
internal sealed class TransferView(string name, StatusLine line) : IProgress<TransferProgress>
{
    /// <inheritdoc/>
    public void Report(TransferProgress value)
        => line.Progress(() => $"{name}: {StatusLine.Bar(value.Done, value.Total)} {Times.Bytes(value.Done)} of {Times.Bytes(value.Total)}");
}
