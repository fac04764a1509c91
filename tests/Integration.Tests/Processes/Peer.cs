using S2M.Client;

namespace S2M.Integration.Tests.Processes;

/// <summary>One of the coordinators of a cluster.</summary>
/// <param name="Process">Its process.</param>
/// <param name="Address">Where it listens.</param>
/// <param name="Client">A client of it.</param>
/// <param name="SiloPort">Where other coordinators reach it; rows name it by that.</param>
internal sealed record Peer(ProgramProcess Process, Uri Address, S2MClient Client, int SiloPort);
