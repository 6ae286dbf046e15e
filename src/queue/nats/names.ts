import { GRADING_VERSION, type Job, sha256, type Trial } from '../../domain/index.ts'

// A subject says all that the broker must know: `assay.jobs.v1.CAPABILITY.RUN.TRIAL`. There may be one message of each job subject,
// so a job that waits or runs cannot be put again, whatever time has passed; a purge of `assay.jobs.v1.*.RUN.*` is a cancelled run;
// and a worker of an older version never sees jobs of a newer one, because the version is in the subject that it pulls from. Nor does
// it see jobs that are graded by other rules than its own: which rules is a part of the capability.

/** The version of what travels. Raised whenever an older program could not read it. */
export const VERSION = 1

export const JOBS = 'ASSAY_JOBS'
export const TRIALS = 'ASSAY_TRIALS'
export const DEAD = 'ASSAY_DEAD'
export const RUNS = 'ASSAY_RUNS'
export const ADVISORIES = 'ASSAY_ADVISORIES'
export const LEADER = 'ASSAY_LEADER'
export const OBJECTS = 'ASSAY_OBJECTS'

/** The token that stands for a run in subjects. */
export const runKey = (run: string) => sha256(run).slice(0, 12)

/** The id of a job's trial, as the engine has it. */
const trialOfJob = (job: Pick<Job, 'run' | 'id'>) => sha256(`${job.run}\n${job.id}`).slice(0, 16)

export const jobSubject = (job: Job) =>
  `assay.jobs.v${VERSION}.${capabilityOf(job)}.${runKey(job.run)}.${trialOfJob(job)}`
export const jobsOfRun = (run: string) => `assay.jobs.v${VERSION}.*.${runKey(run)}.*`
export const jobsOfCapability = (token: string) => `assay.jobs.v${VERSION}.${token}.*.*`
export const trialSubjectOf = (run: string, trial: string) => `assay.trials.v${VERSION}.${runKey(run)}.${trial}`
export const trialSubject = (trial: Trial) => trialSubjectOf(trial.job.run, trial.id)
export const trialsOfVersion = `assay.trials.v${VERSION}.*.*`
export const runSubject = (run: string) => `assay.runs.v${VERSION}.${runKey(run)}`
export const consumerOf = (token: string) => `v${VERSION}-${token}`
export const RECORDER = `v${VERSION}-recorder`

/**
 * What a worker must be able to do for a job, as one token: the sandbox (`none`, `isolate`, `docker-IMAGE`), before it `model-`
 * where somebody live is asked, before that `code-` where the task is code that comes with the run, and first of all `g2-` where it is
 * graded by other rules than the first (GRADING_VERSION).
 */
export function capabilityOf({ sandbox, subject, roles, task, grading }: Job): string {
  const place =
    sandbox === undefined ? 'none' : sandbox.kind === 'isolate' ? 'isolate' : `docker-${imageToken(sandbox.image)}`
  const isLive = subject.kind === 'model' || Object.keys(roles).length > 0
  const rules = grading === 1 ? '' : `g${grading}-`
  return `${rules}${task.kind === 'code' ? 'code-' : ''}${isLive ? 'model-' : ''}${place}`
}

const imageToken = (image: string) => (/^[\w-]{1,64}$/.test(image) ? image : `x${sha256(image).slice(0, 16)}`)

/** Whether a worker with these capabilities (`isolate`, `docker`, `docker.IMAGE`, `model`, `code`) may take jobs with a token. */
export function serves(capabilities: readonly string[], token: string): boolean {
  const [, rules = '1', code, model, place = ''] = /^(?:g(\d+)-)?(code-)?(model-)?(.*)$/.exec(token)!
  if (Number(rules) !== GRADING_VERSION) return false
  if (code !== undefined && !capabilities.includes('code')) return false
  if (model !== undefined && !capabilities.includes('model')) return false
  if (place === 'none') return true
  if (place === 'isolate') return capabilities.includes('isolate')
  return capabilities.some(
    (name) => name === 'docker' || (name.startsWith('docker.') && `docker-${imageToken(name.slice(7))}` === place),
  )
}
