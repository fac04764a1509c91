using System.Collections.Concurrent;
using S2M.Numerics.Parameters;

namespace S2M.Coordinator.Parameters;

/// <summary>
/// What workers may pull from the loops of this silo: parameter versions and descriptors. A version is numbered as it is published within an epoch: two
/// snapshots of one step (a fresh network and one that was started from) are two versions. Safe for concurrent use.
/// </summary>
public sealed class PublishedArrays
{
    // The newest one, the one before it for shares that are on their way, and those that an evaluation compares, unless they are large.
    private const int KeptVersions = 4;
    private const int KeptLargeVersions = 1;
    private const int KeptDescriptors = 3;

    private readonly ConcurrentDictionary<string, Loop> _loops = new(StringComparer.Ordinal);

    /// <summary>Opens a job's shelf.</summary>
    /// <param name="jobId">The job.</param>
    /// <param name="epoch">The loop's epoch.</param>
    /// <param name="specification">Canonical JSON.</param>
    /// <param name="specificationHash">Its hash.</param>
    /// <param name="dataVersion">The data set.</param>
    /// <returns>The shelf; disposing it takes everything back.</returns>
    internal Loop Open(string jobId, long epoch, string specification, string specificationHash, string dataVersion)
    {
        var loop = new Loop(this, jobId, epoch, specification, specificationHash, dataVersion);
        _loops[jobId] = loop;
        return loop;
    }

    /// <summary>A job's shelf, or null where no loop of it runs here.</summary>
    /// <param name="jobId">The job.</param>
    internal Loop? Find(string jobId) => _loops.GetValueOrDefault(jobId);

    /// <summary>What one loop offers.</summary>
    internal sealed class Loop(PublishedArrays owner, string jobId, long epoch, string specification, string specificationHash, string dataVersion) : IDisposable
    {
        private readonly Lock _lock = new();
        private readonly List<(int Version, ParameterSnapshot Snapshot)> _versions = [];
        private readonly List<(string Name, float[] Values)> _descriptors = [];
        private (int Version, ParameterSnapshot? Snapshot) _kept = (-1, null);
        private int _published;

        /// <summary>The loop's epoch.</summary>
        internal long Epoch => epoch;

        /// <summary>Canonical JSON of the job.</summary>
        internal string Specification => specification;

        /// <summary>Its hash.</summary>
        internal string SpecificationHash => specificationHash;

        /// <summary>The data set.</summary>
        internal string DataVersion => dataVersion;

        /// <summary>Offers a snapshot; the same one again keeps its number.</summary>
        internal int Publish(ParameterSnapshot snapshot)
        {
            int kept = LargeVectors.Are(snapshot.Parameters.Length) ? KeptLargeVersions : KeptVersions;
            return Put(_versions, kept, snapshot, number => number);
        }

        /// <summary>Offers a snapshot for as long as the loop lasts: a worker that joins late still finds it. One in a loop; the same one again keeps its number.</summary>
        internal int PublishForGood(ParameterSnapshot snapshot)
        {
            lock (_lock)
            {
                if (!ReferenceEquals(_kept.Snapshot, snapshot))
                {
                    _kept = (_published++, snapshot);
                }

                return _kept.Version;
            }
        }

        /// <summary>Offers descriptors; the same ones again keep their name.</summary>
        internal string Publish(float[] descriptors) => Put(_descriptors, KeptDescriptors, descriptors, number => $"descriptors-{number}");

        /// <summary>A version, or null where it is not offered any more.</summary>
        internal ParameterSnapshot? Version(int version)
        {
            lock (_lock)
            {
                return version == _kept.Version ? _kept.Snapshot : _versions.Find(pair => pair.Version == version).Snapshot;
            }
        }

        /// <summary>Descriptors, or null where they are not offered any more.</summary>
        internal float[]? Descriptors(string name)
        {
            lock (_lock)
            {
                return _descriptors.Find(pair => pair.Name == name).Values;
            }
        }

        /// <inheritdoc/>
        public void Dispose() => owner._loops.TryRemove(new KeyValuePair<string, Loop>(jobId, this));

        private TKey Put<TKey, TValue>(List<(TKey Key, TValue Value)> shelf, int kept, TValue value, Func<int, TKey> name)
            where TValue : class
        {
            lock (_lock)
            {
                int index = shelf.FindIndex(pair => ReferenceEquals(pair.Value, value));
                (TKey Key, TValue Value) entry = index >= 0 ? shelf[index] : (name(_published++), value);
                if (index >= 0)
                {
                    shelf.RemoveAt(index);
                }

                // The one that was asked for last leaves last.
                shelf.Add(entry);
                if (shelf.Count > kept)
                {
                    shelf.RemoveAt(0);
                }

                return entry.Key;
            }
        }
    }
}
