namespace S2M.Coordinator.Reports;

/// <summary>Test episodes as pictures: what each concept was learned from, and how each query was scored.</summary>
internal static class EpisodesSection
{
    /// <summary>Writes the section; empty where there are no episodes.</summary>
    internal static Markup Write(IReadOnlyList<PicturedEpisode> episodes) => episodes.Count == 0
        ? Markup.Empty
        : Markup.Of($"""
            <section aria-labelledby="episodes"><h2 id="episodes">Test episodes to look at</h2>
            <p class="soft">The first test episode of each kind. A concept is learned from its support images alone; every query is then scored by every concept, and the
            highest log density wins. Under a query stands its log density under its own concept; where another concept won, that one's number and log density follow.</p>
            {Markup.Join(episodes.Select(Episode))}
            </section>
            """);

    private static Markup Episode(PicturedEpisode episode)
    {
        int queries = episode.Concepts.Sum(concept => concept.Queries.Count);
        int right = episode.Concepts.Sum(concept => concept.Queries.Count(query => query.IsRight));
        return Markup.Of($"""
            <article class="episode {(episode.Inverted ? "ink" : "photo")}"><h3>{episode.Concepts.Count}-way {episode.Shots}-shot: {right} of {queries} right</h3>
            {Markup.Join(episode.Concepts.Select(Concept))}
            </article>
            """);
    }

    private static Markup Concept(PicturedConcept concept, int index) => Markup.Of($"""
        <div class="concept"><div class="support"><h4><span class="number">{index + 1}</span> {Breakable(concept.Name)}</h4>
        <div class="pictures">{Markup.Join(concept.Support.Select((image, shot) => Picture(image, $"support image {shot + 1} of concept {index + 1}")))}</div></div>
        <ol class="queries" aria-label="queries of concept {index + 1}">{Markup.Join(concept.Queries.Select(query => Query(query, index)))}</ol></div>
        """);

    // Class names are paths: a narrow column breaks them at their joints.
    private static Markup Breakable(string name)
        => Markup.Join(name.Select(letter => letter is '/' or '_' ? Markup.Of($"{letter.ToString()}<wbr/>") : Markup.Of($"{letter.ToString()}")));

    private static Markup Query(PicturedQuery query, int owner) => query.IsRight
        ? Markup.Of($"<li class=\"right\">{Picture(query.Image, $"query of concept {owner + 1}, right")}<span><b aria-hidden=\"true\">✓</b> {query.Own:F1}</span></li>")
        : Markup.Of($"""
            <li class="wrong">{Picture(query.Image, $"query of concept {owner + 1}, taken for concept {query.Best + 1}")}<span><b aria-hidden="true">✗</b> {query.Own:F1}</span>
            <span class="taken"><i class="number">{query.Best + 1}</i> {query.Winning:F1}</span></li>
            """);

    private static Markup Picture(byte[] image, string text)
        => Markup.Of($"<span class=\"picture\"><img src=\"data:image/png;base64,{Convert.ToBase64String(image)}\" alt=\"{text}\"></span>");
}
