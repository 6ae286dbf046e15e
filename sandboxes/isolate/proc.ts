import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

// The kernel's figures of a process. A process that is gone has none.

/** Milliseconds of CLOCK_MONOTONIC, which every process here reads alike. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Resident memory now, and the most of it since `forgetPeak`. */
export function memoryOf(pid: number): { residentBytes: number; peakBytes: number } | undefined {
  const status = read(`/proc/${pid}/status`)
  const bytes = (line: RegExp): number => Number(line.exec(status ?? '')?.[1] ?? Number.NaN) * 1024
  const residentBytes = bytes(/^VmRSS:\s+(\d+) kB/m)
  const peakBytes = bytes(/^VmHWM:\s+(\d+) kB/m)
  return Number.isNaN(residentBytes + peakBytes) ? undefined : { residentBytes, peakBytes }
}

/** Lets the kernel measure the peak anew. False where it will not: then the peak is that of the process's whole life. */
export function forgetPeak(pid: number): boolean {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
    return true
  } catch {
    return false
  }
}

/** Processor time of all threads, in steps of 10 ms. */
export function cpuMsOf(pid: number): number | undefined {
  const fields = read(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  const ticks = Number(fields?.[11]) + Number(fields?.[12])
  return Number.isNaN(ticks) ? undefined : ticks * 10
}

/** How long threads of the process were ready to run and had to wait for a processor, summed. */
export function waitedMsOf(pid: number): number {
  let nanoseconds = 0
  for (const thread of threads(pid)) {
    nanoseconds += Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(' ')[1] ?? 0)
  }
  return nanoseconds / 1e6
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
