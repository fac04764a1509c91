using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using Microsoft.Build.Framework;
using Microsoft.Build.Utilities;

namespace S2M.Build
{
    /// <summary>
    /// Marks one symbol-version need of a shared library as weak (VER_FLG_WEAK), so that the dynamic loader no longer refuses the library on a host
    /// whose C++ runtime lacks that version. docs/decisions/0002 says why this is sound here. Layouts: System V ABI (ELF64) and the LSB's symbol versioning.
    /// </summary>
    public sealed class WeakenVersionNeed : Task
    {
        private const uint SymbolTable = 11;              // SHT_DYNSYM
        private const uint VersionNeeds = 0x6ffffffe;     // SHT_GNU_verneed
        private const uint SymbolVersions = 0x6fffffff;   // SHT_GNU_versym
        private const ushort Weak = 2;                    // VER_FLG_WEAK
        private const int SectionHeaderSize = 64;
        private const int SymbolSize = 24;

        private byte[] _bytes = new byte[0];

        /// <summary>The copies in the output folder; a file that is not there is passed over.</summary>
        [Required]
        public ITaskItem[] Libraries { get; set; }

        /// <summary>The version to weaken, for example GLIBCXX_3.4.32.</summary>
        [Required]
        public string Version { get; set; }

        /// <summary>The one symbol that may carry that version: it is never relocated, so nothing misses it.</summary>
        [Required]
        public string UnusedSymbol { get; set; }

        public override bool Execute()
        {
            foreach (ITaskItem library in Libraries)
            {
                string path = library.GetMetadata("FullPath");
                if (!File.Exists(path))
                {
                    continue;
                }

                try
                {
                    Weaken(path);
                }
                catch (InvalidDataException problem)
                {
                    Log.LogError("{0}: {1} Its need for {2} cannot be made weak; see docs/decisions/0002.", path, problem.Message, Version);
                }
            }

            return !Log.HasLoggedErrors;
        }

        private void Weaken(string path)
        {
            _bytes = File.ReadAllBytes(path);
            List<Section> sections = ReadSections();
            Section needs = sections.Find(section => section.Type == VersionNeeds);
            if (needs == null)
            {
                return;
            }

            long entry = FindNeed(needs, StringsOf(needs, sections));
            if (entry < 0 || (UInt16(entry + 4) & Weak) != 0)
            {
                return;
            }

            RequireUnused(sections, UInt16(entry + 6));
            _bytes[Checked(entry + 4, 2)] |= (byte)Weak;
            Replace(path);
            Log.LogMessage(MessageImportance.Normal, "{0}: the need for {1} is now weak.", path, Version);
        }

        // The output is a hard link into the package cache: write beside it and rename over it, so that the cache keeps its bytes. The time stamp is kept,
        // since an incremental build copies the original again when size or time differ.
        private void Replace(string path)
        {
            string beside = path + ".weak";
            DateTime written = File.GetLastWriteTimeUtc(path);
            File.WriteAllBytes(beside, _bytes);
            File.SetLastWriteTimeUtc(beside, written);
            File.Replace(beside, path, null);
        }

        private long FindNeed(Section needs, Section strings)
        {
            long need = needs.Offset;
            for (uint file = 0; file < needs.Info; file++)
            {
                if (UInt16(need) != 1)
                {
                    throw new InvalidDataException("the version-need section has an entry of unknown revision.");
                }

                long entry = need + UInt32(need + 8);
                ushort count = UInt16(need + 2);
                for (int index = 0; index < count; index++)
                {
                    Within(needs, entry, 16);
                    if (Name(strings, UInt32(entry + 8)) == Version)
                    {
                        return entry;
                    }

                    entry = Next(entry, UInt32(entry + 12), index + 1 == count);
                }

                need = Next(need, UInt32(need + 12), file + 1 == needs.Info);
                Within(needs, need, file + 1 == needs.Info ? 0 : 16);
            }

            return -1;
        }

        private static long Next(long position, uint step, bool last)
        {
            if (step == 0 && !last)
            {
                throw new InvalidDataException("the version-need section ends before its stated number of entries.");
            }

            return position + step;
        }

        private void RequireUnused(List<Section> sections, ushort version)
        {
            Section symbols = sections.Find(section => section.Type == SymbolTable);
            Section versions = sections.Find(section => section.Type == SymbolVersions);
            if (symbols == null || versions == null || versions.Size / 2 != symbols.Size / SymbolSize)
            {
                throw new InvalidDataException("its dynamic symbols and their versions do not match.");
            }

            Section strings = StringsOf(symbols, sections);
            for (long index = 0; index < symbols.Size / SymbolSize; index++)
            {
                if ((UInt16(versions.Offset + (2 * index)) & 0x7fff) != version)
                {
                    continue;
                }

                string name = Name(strings, UInt32(symbols.Offset + (SymbolSize * index)));
                if (name != UnusedSymbol)
                {
                    throw new InvalidDataException("it really uses that version, through the symbol " + name + ".");
                }
            }
        }

        private List<Section> ReadSections()
        {
            if (_bytes.Length < 64 || UInt32(0) != 0x464c457f || _bytes[4] != 2 || _bytes[5] != 1)
            {
                throw new InvalidDataException("not a little-endian ELF64 file.");
            }

            long table = Int64(0x28);
            int count = UInt16(0x3c);
            if (UInt16(0x3a) != SectionHeaderSize || count == 0)
            {
                throw new InvalidDataException("its section header table is absent or of unknown entry size.");
            }

            List<Section> sections = new List<Section>(count);
            for (int index = 0; index < count; index++)
            {
                long header = table + ((long)index * SectionHeaderSize);
                sections.Add(new Section(UInt32(header + 4), Int64(header + 24), Int64(header + 32), UInt32(header + 40), UInt32(header + 44)));
            }

            return sections;
        }

        private static Section StringsOf(Section section, List<Section> sections)
        {
            if (section.Link >= sections.Count)
            {
                throw new InvalidDataException("a section names a string table that does not exist.");
            }

            return sections[(int)section.Link];
        }

        private string Name(Section strings, uint offset)
        {
            Within(strings, strings.Offset + offset, 1);
            int start = Checked(strings.Offset + offset, 1);
            int end = Array.IndexOf(_bytes, (byte)0, start);
            if (end < 0 || end >= strings.Offset + strings.Size)
            {
                throw new InvalidDataException("a name runs past its string table.");
            }

            return Encoding.ASCII.GetString(_bytes, start, end - start);
        }

        private static void Within(Section section, long position, int length)
        {
            if (position < section.Offset || position + length > section.Offset + section.Size)
            {
                throw new InvalidDataException("an entry lies outside its section.");
            }
        }

        private int Checked(long position, int length)
        {
            if (position < 0 || position > _bytes.Length - length)
            {
                throw new InvalidDataException("an offset lies outside the file.");
            }

            return (int)position;
        }

        private ushort UInt16(long position)
        {
            int at = Checked(position, 2);
            return (ushort)(_bytes[at] | (_bytes[at + 1] << 8));
        }

        private uint UInt32(long position)
        {
            return UInt16(position) | ((uint)UInt16(position + 2) << 16);
        }

        private long Int64(long position)
        {
            return UInt32(position) | ((long)UInt32(position + 4) << 32);
        }

        private sealed class Section
        {
            public Section(uint type, long offset, long size, uint link, uint info)
            {
                Type = type;
                Offset = offset;
                Size = size;
                Link = link;
                Info = info;
            }

            public uint Type { get; private set; }

            public long Offset { get; private set; }

            public long Size { get; private set; }

            public uint Link { get; private set; }

            public uint Info { get; private set; }
        }
    }
}
