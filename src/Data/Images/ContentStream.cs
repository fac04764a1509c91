using S2M.Data.Images.Containers;

namespace S2M.Data.Images;

/// <summary>A data set's content as a stream: the manifest, then the files in its order, read as they are asked for. Does not own the data set.</summary>
internal sealed class ContentStream : Stream
{
    private readonly ImageDataSet _dataSet;
    private readonly ContentLayout _layout;
    private ReadOnlyMemory<byte> _piece;
    private long _pieceStart;
    private long _position;

    /// <summary>Begins somewhere in the content.</summary>
    /// <param name="dataSet">The data set.</param>
    /// <param name="layout">Its layout.</param>
    /// <param name="offset">The first byte to read, 0 to the layout's length.</param>
    internal ContentStream(ImageDataSet dataSet, ContentLayout layout, long offset)
    {
        _dataSet = dataSet;
        _layout = layout;
        Position = offset;
    }

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => _layout.Length;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value >= 0 && value <= Length
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), $"offset: expected 0 to {Length}, got {value}; begin inside the content");
    }

    /// <summary>Reads on; ends a read where a file ends.</summary>
    /// <exception cref="DataException">A file cannot be read or changed since the data set was opened.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_position == Length || buffer.IsEmpty)
        {
            return 0;
        }

        if (_position < _pieceStart || _position >= _pieceStart + _piece.Length)
        {
            (_pieceStart, _piece) = Load();
        }

        ReadOnlySpan<byte> rest = _piece.Span[(int)(_position - _pieceStart)..];
        int count = Math.Min(rest.Length, buffer.Length);
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <summary>Nothing is written.</summary>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException("a data set's content is read only");

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("a data set's content is read only");

    private (long Start, ReadOnlyMemory<byte> Bytes) Load()
    {
        ReadOnlyMemory<byte> manifest = _layout.Manifest.CanonicalBytes;
        if (_position < manifest.Length)
        {
            return (0, manifest);
        }

        int entry = _layout.EntryAt(_position);
        return (_layout.OffsetOf(entry), _dataSet.ReadEntry(entry));
    }
}
