using System.CommandLine;
using System.Text.Json.Nodes;
using S2M.Cli.Output;
using S2M.Cli.Transfers;
using S2M.Data.Images;
using S2M.Protos.V1;

namespace S2M.Cli.Commands;

/// <summary>The <c>data</c> commands.</summary>
internal static class DataCommands
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    /// <summary>Makes the command.</summary>
    internal static Command Create(Work work, GlobalOptions options) => new("data", "Sets of images in classes, by name and version.")
    {
        Add(work),
        List(work),
        Show(work),
        Get(options),
    };

    private static Command Add(Work work)
    {
        var name = new Argument<string>("NAME") { Description = "The name that jobs use." };
        var path = new Argument<string>("PATH") { Description = "A folder of class folders, a zip of them, or a folder with Omniglot's two zips." };
        var onWorkers = new Option<bool>("--on-workers") { Description = "Sends nothing: PATH lies at the same place on the server and on every worker." };
        return work.Command("add", "Registers a data set; its images are sent to the server, which sends them to workers.", [name, path, onWorkers], async session =>
        {
            if (session.Of(onWorkers))
            {
                return Show(session, await session.Client.DataSets.RegisterAsync(session.Of(name), Path.GetFullPath(session.Of(path)), session.CancellationToken));
            }

            using ImageDataSet set = DataSets.Open(session.Of(name), session.Of(path));
            StatusLine line = StatusLine.OfErrors(TimeProvider.System);
            DataSet added = await session.Client.DataSets.AddAsync(new DataSetContent(set), new TransferView(set.Name, line), session.CancellationToken);
            line.Close();
            return Show(session, added);
        });
    }

    private static Command List(Work work) => work.Command("list", "Lists the versions that are registered.", [], async session =>
    {
        IReadOnlyList<DataSet> sets = await session.Client.DataSets.ListAsync(cancellationToken: session.CancellationToken);
        return session.Show(
            () => new JsonObject { ["data_sets"] = MessageJson.Of(sets) },
            console => TextTable.Write(console, "no data sets", ["name", "classes", "images", "size", "registered", "version"], sets.Select(set => (string?[])[
                set.Name,
                $"{set.Classes}",
                $"{set.Images}",
                set.BuiltIn ? "built in" : set.Path.Length > 0 ? $"on workers: {set.Path}" : Times.Bytes(set.ContentBytes),
                Times.Show(set.RegisteredAt),
                set.Version])));
    });

    private static Command Show(Work work)
    {
        var version = new Argument<string>("NAME") { Description = "The name, for its newest version, or NAME@SHA256." };
        return work.Command("show", "Shows a version and its classes.", [version], async session =>
        {
            GetDataSetResponse response = await session.Client.DataSets.GetAsync(session.Of(version), session.CancellationToken);
            return session.Show(
                () =>
                {
                    JsonObject json = MessageJson.Of(response.DataSet);
                    json["class_list"] = MessageJson.Of(response.Classes);
                    return json;
                },
                console =>
                {
                    TextTable.Facts(console, Facts(response.DataSet));
                    TextTable.Write(console, "no classes", ["class", "images"], response.Classes.Select(one => (string?[])[one.Name, $"{one.Images}"]));
                });
        });
    }

    /// <summary>Makes <c>data get</c>, which needs no server of ours.</summary>
    private static Command Get(GlobalOptions options)
    {
        var name = new Argument<string>("NAME") { Description = "omniglot: handwritten characters of 50 alphabets (Lake, Salakhutdinov and Tenenbaum, 2015; MIT licence)." };
        name.AcceptOnlyFromAmong("omniglot");
        var to = new Option<string>("--to") { Description = "The folder; NAME by default.", HelpName = "DIR" };
        var url = new Option<string>("--url") { Description = "Where the archives lie.", HelpName = "BASE", DefaultValueFactory = _ => PublishedFile.OmniglotAddress };
        var command = new Command("get", "Downloads a public data set from its authors; goes on where an earlier download was cut.") { name, to, url };
        command.SetAction(async (result, _) =>
        {
            using var interruption = new Interruption();
            string folder = Path.GetFullPath(result.GetValue(to) ?? result.GetValue(name)!);
            return await Outcome.OfAsync(
                () => GetAsync(Base(result.GetValue(url)!), folder, options.IsJson(result), interruption.Token),
                () => "interrupted; the same command goes on from here",
                Console.Error);
        });
        return command;
    }

    private static async Task<int> GetAsync(Uri address, string folder, bool isJson, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
        var download = new HttpDownload(http, TimeProvider.System, FirstPause);
        var paths = new List<string>();
        StatusLine line = StatusLine.OfErrors(TimeProvider.System);
        foreach (PublishedFile file in PublishedFile.Omniglot)
        {
            paths.Add(await download.GetAsync(file, address, folder, new TransferView(file.Name, line), cancellationToken));
            line.Line($"{file.Name}: whole, MD5 {file.Md5}");
        }

        Console.WriteLine(isJson
            ? MessageJson.Write(new JsonObject { ["folder"] = folder, ["files"] = new JsonArray([.. paths.Select(path => JsonValue.Create(path))]) })
            : folder);
        return ExitCodes.Done;
    }

    // A base without its last slash would lose its last folder.
    private static Uri Base(string address) => Uri.TryCreate($"{address.TrimEnd('/')}/", UriKind.Absolute, out Uri? result) && result.Scheme is "http" or "https"
        ? result
        : throw new CommandException(ExitCodes.Usage, $"--url: expected http://... or https://..., got '{address}'; correct it");

    private static int Show(Session session, DataSet set) => session.Show(() => MessageJson.Of(set), console => TextTable.Facts(console, Facts(set)));

    private static (string, string?)[] Facts(DataSet set) =>
    [
        ("name", set.Name),
        ("version", set.Version),
        ("classes", $"{set.Classes}"),
        ("images", $"{set.Images}"),
        ("size", set.BuiltIn ? "built in" : Times.Bytes(set.ContentBytes)),
        ("path", set.Path),
        ("registered", Times.Show(set.RegisteredAt) is { } time ? $"{time} by {set.Actor}" : null),
    ];
}
