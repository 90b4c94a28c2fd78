// Loaded with --import before a program: prints its peak resident memory in KiB at exit. It is
// plain JavaScript, because stripping types would add to the program's memory.
process.on('exit', () => {
  process.stderr.write(`peak-kib ${process.resourceUsage().maxRSS}\n`);
});
