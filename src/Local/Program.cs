Console.Error.WriteLine("usage: quickstart | train | selftest");
return 2;
