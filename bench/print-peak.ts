// Loaded before a program with --import: prints its peak memory (resident, KiB) as it exits.
process.on('exit', () => {
  process.stderr.write(`peak-kib ${process.resourceUsage().maxRSS}\n`);
});
