import { Option } from 'commander'

/** `--store URL`: where runs and trials are kept. */
export function storeOption(): Option {
  return new Option('--store <url>', 'where runs are kept: sqlite:PATH, sqlite::memory: or postgres://…')
    .env('ASSAY_STORE')
    .default('sqlite:./assay.db')
}

export const UNTRUSTED =
  'do not trust the benchmark’s own code: run it in isolates, which reach models, sandboxes and checks only (docs/security.md)'
