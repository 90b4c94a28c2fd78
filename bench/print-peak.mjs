// Loaded before a program with --import: prints its peak memory (resident, KiB) as it exits. Plain
// JavaScript, because stripping types would count as memory of the program.
process.on('exit', () => {
  process.stderr.write(`peak-kib ${process.resourceUsage().maxRSS}\n`);
});
