namespace S2M.Coordinator.Tests.Dispatch;

/// <summary>What a fake worker does wrong in one call.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>An error before the first message.</summary>
    FailsBefore,

    /// <summary>An error behind the first half of an array.</summary>
    FailsWithin,

    /// <summary>The connection is cut behind the first half of an array.</summary>
    CutsConnection,

    /// <summary>Fewer bytes than its header says.</summary>
    WrongLength,

    /// <summary>No end behind the last array.</summary>
    NoEnd,

    /// <summary>The whole answer, and again behind its end.</summary>
    AnswersTwice,

    /// <summary>A whole answer that stands for other episodes.</summary>
    OtherEpisodes,

    /// <summary>A whole answer with a number too many.</summary>
    OtherShape,

    /// <summary>A whole answer of which every episode is absent.</summary>
    Absent,

    /// <summary>Says nothing until it is cancelled.</summary>
    Hangs,

    /// <summary>Answers when the test lets it.</summary>
    Slow,

    /// <summary>The request makes no sense to it.</summary>
    RefusesRequest,

    /// <summary>It is in no state to answer.</summary>
    RefusesState,
}
