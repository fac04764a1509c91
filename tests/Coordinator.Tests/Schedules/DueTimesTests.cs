using System.Globalization;
using S2M.Coordinator.Schedules;

namespace S2M.Coordinator.Tests.Schedules;

public sealed class DueTimesTests
{
    private static readonly DateTimeOffset From = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset To = From.AddYears(10);

    private static readonly string[] Expressions =
    [
        "30 2 * * *", "0 0 * * *", "15 2 * * 0", "0,30 2,3 * * *", "30 1 29 2 *", "59 23 31 * *", "0 1 * 3,10 *", "45 0 13 * 5",
        "0 * * * *", "*/30 2 * * *", "30 1-3 * * *", "*/7 0-2 * * 0",
    ];

    public static TheoryData<string> Zones =>
    [
        "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "Africa/Casablanca", "Europe/Dublin",
        "Pacific/Chatham", "America/Havana", "Atlantic/Azores", "Asia/Kathmandu", "Antarctica/Troll", "America/Nuuk", "Asia/Tehran",
    ];

    [Theory]
    [MemberData(nameof(Zones))]
    public void After_TenYears_AreThoseOfEveryMinutesWallClock(string zoneName)
    {
        TimeZoneInfo zone = ScheduleZone.Find(zoneName);
        var oracle = new CronOracle(zone, From, To);
        foreach (string cron in Expressions)
        {
            List<DateTimeOffset> expected = oracle.Due(cron);
            List<DateTimeOffset> found = Forward(DueTimes.Parse(cron, zone), From, To);

            found.Except(expected).Select(Text).ShouldBeEmpty($"'{cron}' in {zoneName}: due and should not be");
            expected.Except(found).Select(Text).ShouldBeEmpty($"'{cron}' in {zoneName}: not due and should be");
            found.Count.ShouldBe(expected.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Zones))]
    public void Since_AnyInstant_GoesOnAsFromTheFirst(string zoneName)
    {
        DateTimeOffset to = From.AddYears(2);
        foreach (string cron in (string[])["30 2 * * *", "*/30 2 * * *", "0 * * * *"])
        {
            DueTimes times = DueTimes.Parse(cron, ScheduleZone.Find(zoneName));
            List<DateTimeOffset> all = Forward(times, From, to);
            foreach ((DateTimeOffset due, DateTimeOffset next) in all.Zip(all.Skip(1)))
            {
                times.After(due).ShouldBe(next);
                times.After(due.AddTicks(-1)).ShouldBe(due);
                times.After(next.AddMinutes(-1)).ShouldBe(next);
            }
        }
    }

    [Fact]
    public void After_EveryZoneOfTheMachine_ANightlyTimeIsDueOncePerNight()
    {
        int nights = (int)(To - From).TotalDays;
        foreach (TimeZoneInfo zone in TimeZoneInfo.GetSystemTimeZones())
        {
            // From noon to noon on the zone's own clock, so that every night lies whole within.
            DateTimeOffset noon = From.AddHours(12) - zone.GetUtcOffset(From);
            DateTimeOffset end = To.AddHours(12) - zone.GetUtcOffset(To);

            Forward(DueTimes.Parse("30 2 * * *", zone), noon, end).Count.ShouldBe(nights, zone.Id);
            Forward(DueTimes.Parse("0 0 * * *", zone), noon, end).Count.ShouldBe(nights, zone.Id);
        }
    }

    [Theory]
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-03-28 12:00", "2026-03-29 01:00")] // 02:30 is leapt over: due at 03:00.
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-24 12:00", "2026-10-25 00:30")] // 02:30 comes twice: due at the first.
    [InlineData("Europe/Berlin", "30 2 * * *", "2026-10-25 00:30", "2026-10-26 01:30")]
    [InlineData("Australia/Lord_Howe", "15 2 * * *", "2026-10-03 12:00", "2026-10-03 15:30")] // 02:00 to 02:30 is leapt over.
    [InlineData("America/Santiago", "0 0 * * *", "2026-09-05 12:00", "2026-09-06 04:00")] // Midnight is leapt over: due at 01:00.
    [InlineData("Asia/Beirut", "0 0 * * *", "2026-03-28 12:00", "2026-03-28 22:00")]
    [InlineData("Europe/Dublin", "30 1 * * *", "2026-03-28 12:00", "2026-03-29 01:00")]
    [InlineData("Europe/Dublin", "30 1 * * *", "2026-10-24 12:00", "2026-10-25 00:30")]
    [InlineData("Africa/Casablanca", "30 2 * * *", "2026-02-14 12:00", "2026-02-15 01:30")] // Put back from 03:00 to 02:00.
    [InlineData("Africa/Casablanca", "30 2 * * *", "2026-03-21 12:00", "2026-03-22 02:00")] // 02:00 to 03:00 is leapt over.
    [InlineData("UTC", "0 0 13 * 5", "2026-01-01 00:00", "2026-02-13 00:00")] // Both days named: a Friday that is the 13th.
    [InlineData("UTC", "0 3 * * MON-FRI", "2026-05-16 00:00", "2026-05-18 03:00")]
    [InlineData("UTC", "0 3 L * *", "2028-02-01 00:00", "2028-02-29 03:00")]
    public void After_NightsWhenClocksChangeAndDays_IsTheInstantOfTheManual(string zone, string cron, string after, string expected)
        => Text(DueTimes.Parse(cron, ScheduleZone.Find(zone)).After(Utc(after))!.Value).ShouldBe($"{expected}:00Z");

    [Fact]
    public void After_ADayThatNeverComes_IsNull() => DueTimes.Parse("0 0 30 2 *", TimeZoneInfo.Utc).After(From).ShouldBeNull();

    [Theory]
    [InlineData("", "got 0 fields; write all five")]
    [InlineData("0 3 * *", "got 4 fields; write all five")]
    [InlineData("0 0 3 * * *", "got 6 fields")]
    [InlineData("@daily", "write the name out, @daily as 0 0 * * *")]
    [InlineData("61 3 * * *", "got minute '61'")]
    [InlineData("0 24 * * *", "got hour '24'")]
    [InlineData("0 3 32 * *", "got day of month '32'")]
    [InlineData("0 3 * 13 *", "got month '13'")]
    [InlineData("0 3 * * monday", "got day of week 'monday'")]
    [InlineData("H 3 * * *", "got minute 'H'; write a number in place of H")]
    [InlineData("0\u0000 3 * * *", "got minute '0?'")]
    public void Parse_NoExpression_NamesTheField(string cron, string expected)
        => Should.Throw<CoordinatorException>(() => DueTimes.Parse(cron, TimeZoneInfo.Utc)).Message.ShouldContain(expected);

    [Theory]
    [InlineData("europe/berlin", "did you mean Europe/Berlin?")]
    [InlineData("Berlin", "did you mean Europe/Berlin?")]
    [InlineData("New York", "did you mean America/New_York?")]
    [InlineData("Europe/Berlni", "did you mean Europe/Berlin?")]
    [InlineData("utc", "did you mean UTC?")]
    [InlineData("localtime", "expected an IANA name")]
    [InlineData("right/Europe/Berlin", "expected an IANA name")]
    [InlineData("../zoneinfo/Europe/Berlin", "expected an IANA name")]
    [InlineData("/etc/localtime", "expected an IANA name")]
    [InlineData("Nowhere/At_All", "the machine's zone files list the names")]
    [InlineData("tzdata.zi", "expected an IANA name")]
    [InlineData("", "expected an IANA name")]
    public void Find_UnknownZone_NamesANearOne(string name, string expected)
    {
        ScheduleZone.Find("Europe/Berlin").Id.ShouldBe("Europe/Berlin");

        Should.Throw<CoordinatorException>(() => ScheduleZone.Find(name)).Message.ShouldContain(expected);
    }

    [Theory]
    [InlineData("UTC")]
    [InlineData("Etc/UTC")]
    [InlineData("Etc/GMT+5")]
    [InlineData("Europe/Kiev")]
    [InlineData("America/Argentina/Buenos_Aires")]
    public void Find_NameOfAZone_IsTaken(string name) => ScheduleZone.Find(name).Id.ShouldBe(name);

    private static List<DateTimeOffset> Forward(DueTimes times, DateTimeOffset from, DateTimeOffset to)
        => [.. times.Since(from.AddTicks(-1)).TakeWhile(due => due < to)];

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    private static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("u", CultureInfo.InvariantCulture);
}
