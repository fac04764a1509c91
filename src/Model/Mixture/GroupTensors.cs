// Shapes: S support rows of all concepts, C concepts, Q queries.
using S2M.Data.Sampling;
using S2M.Model.Embedding;
using static TorchSharp.torch;

namespace S2M.Model.Mixture;

/// <summary>A group's index lists as tensors: concepts of different support sizes cost nothing, and every sum over N is a matrix product.</summary>
internal sealed class GroupTensors
{
    /// <summary>Copies the lists; the tensors belong to the dispose scope that is open.</summary>
    internal GroupTensors(EpisodeGroup group)
    {
        Concepts = group.Concepts.Count;
        var support = new List<long>();
        var owners = new List<long>();
        var queries = new List<long>();
        var queryOwners = new List<int>();
        for (int concept = 0; concept < Concepts; concept++)
        {
            foreach (int row in group.Concepts[concept].Support)
            {
                support.Add(row);
                owners.Add(concept);
            }

            foreach (int row in group.Concepts[concept].Positives)
            {
                queries.Add(row);
                queryOwners.Add(concept);
            }
        }

        foreach (int row in group.Distractors)
        {
            queries.Add(row);
            queryOwners.Add(-1);
        }

        QueryOwners = [.. queryOwners];
        SupportRows_S = TensorMemory.Copy([.. support]);
        SupportOwners_S = TensorMemory.Copy([.. owners]);
        QueryRows_Q = TensorMemory.Copy([.. queries]);
        double[] averaging = new double[Concepts * support.Count];
        for (int row = 0; row < support.Count; row++)
        {
            averaging[((int)owners[row] * support.Count) + row] = 1.0 / group.Concepts[(int)owners[row]].Support.Count;
        }

        Averaging_CS = TensorMemory.Copy(averaging, Concepts, support.Count);
    }

    internal int Concepts { get; }

    /// <summary>For each query the concept it is a positive of, or -1.</summary>
    internal int[] QueryOwners { get; }

    internal int Queries => QueryOwners.Length;

    /// <summary>Pool index of each support row, int64.</summary>
    internal Tensor SupportRows_S { get; }

    /// <summary>Concept of each support row, int64.</summary>
    internal Tensor SupportOwners_S { get; }

    /// <summary>Pool index of each query, int64.</summary>
    internal Tensor QueryRows_Q { get; }

    /// <summary>1 / N where the row belongs to the concept, else 0; float64.</summary>
    internal Tensor Averaging_CS { get; }
}
