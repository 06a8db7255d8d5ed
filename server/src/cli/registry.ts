import type { Command } from './command.ts'

/** A command as the overview lists it; its code is loaded when it is called, so that help comes at once. */
export interface Listed {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<Command>
}

/** Every command, in the order of the overview. */
export const COMMANDS: readonly Listed[] = [
  {
    name: 'migrate',
    summary: 'bring the database to the schema of this version',
    load: async () => (await import('./migrate.ts')).migrate,
  },
  {
    name: 'import',
    summary: "take the provider's records from files",
    load: async () => (await import('./import.ts')).importCommand,
  },
  {
    name: 'demo',
    summary: 'fill an empty embedded database with the demo world; show a second factor of it',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'audit',
    summary: 'verify, export and prove the audit log',
    load: async () => (await import('./audit.ts')).audit,
  },
  {
    name: 'freeze',
    summary: 'stop access at once: of the platform, a partner, a tenant, a delegation or a person',
    load: async () => (await import('./freeze.ts')).freeze,
  },
  {
    name: 'unfreeze',
    summary: 'lift a freeze that the provider set',
    load: async () => (await import('./freeze.ts')).unfreeze,
  },
  {
    name: 'blast-radius',
    summary: 'what a partner could reach and what it did, tenant by tenant',
    load: async () => (await import('./blast-radius.ts')).blastRadius,
  },
  {
    name: 'explain',
    summary: 'say why a person may or may not do something in a tenant',
    load: async () => (await import('./explain.ts')).explain,
  },
  {
    name: 'backup',
    summary: 'write everything that the database holds into a folder, while the server works',
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'put a backup into an empty database, or take one into use that was brought back; verify it',
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'keys',
    summary:
      'make an ingest key; rotate the data key, the keys that sign access tokens, or the key of the audit log',
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'person',
    summary:
      'print what is kept of a person, erase the person, invite or remove an administrator of the platform',
    load: async () => (await import('./person.ts')).person,
  },
  {
    name: 'pooler-users',
    summary: "write the server's database logins for a pooler",
    load: async () => (await import('./pooler-users.ts')).poolerUsers,
  },
  {
    name: 'doctor',
    summary: 'look whether this installation is sound',
    load: async () => (await import('./doctor.ts')).doctor,
  },
]
