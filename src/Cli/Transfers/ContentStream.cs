using S2M.Data.Images;
using S2M.Data.Manifests;

namespace S2M.Cli.Transfers;

/// <summary>A data set's content as it is sent: the manifest, then the files in its order, one after the other. Holds one file at a time.</summary>
/// <param name="set">The data set; not disposed with this.</param>
/// <param name="starts">Where each file begins in the content, in the manifest's order; the last number is the content's length.</param>
internal sealed class ContentStream(ImageDataSet set, long[] starts) : Stream
{
    private int _file = -1;
    private byte[] _bytes = [];

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => starts[^1];

    /// <inheritdoc/>
    public override long Position { get; set; }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        int read = 0;
        while (read < buffer.Length && Position < Length)
        {
            ReadOnlySpan<byte> rest = RestOfPart();
            int count = Math.Min(rest.Length, buffer.Length - read);
            rest[..count].CopyTo(buffer[read..]);
            read += count;
            Position += count;
        }

        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
        => Position = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => Position + offset, _ => Length + offset };

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("a data set's content cannot be changed");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("a data set's content cannot be changed");

    private ReadOnlySpan<byte> RestOfPart()
    {
        Manifest manifest = set.Manifest;
        if (Position < starts[0])
        {
            return manifest.CanonicalBytes.Span[(int)Position..];
        }

        // The last file that begins at or before the position; empty ones before it begin there too.
        int found = Array.BinarySearch(starts, Position);
        int file = found >= 0 ? found : ~found - 1;
        while (starts[file + 1] == Position)
        {
            file++;
        }

        if (file != _file)
        {
            (_file, _bytes) = (file, set.ReadFile(manifest.Entries[file]));
        }

        return _bytes.AsSpan((int)(Position - starts[file]));
    }
}
