/** `import … from 'assay'` in an isolate: the author's API; what runs benchmarks is not in it. */
export * from '../../index.ts'

const refused = (name: string) => (): never => {
  throw new TypeError(`${name} tries tasks out where they are written; untrusted code has no use for it`)
}

export const rehearse = refused('rehearse')
export const scripted = refused('scripted')
