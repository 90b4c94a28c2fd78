#!/usr/bin/env node
'use strict';

// Runs the sources as they are: no build, no bundle.
import('../scripts/dev.ts').then((dev) => dev.main(process.argv.slice(2)));
