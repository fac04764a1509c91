namespace S2M.Coordinator.Jobs;

/// <summary>Is told how far a piece of work has come; called from any thread, one call at a time, so that the counts of one piece only rise.</summary>
/// <param name="unit">What is counted, such as <c>images embedded</c>.</param>
/// <param name="done">How many are done.</param>
/// <param name="total">How many there are.</param>
public delegate void WorkProgress(string unit, int done, int total);
