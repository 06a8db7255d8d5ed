import { writeFile } from 'node:fs/promises'
import { listMigrationNames } from '../server/src/platform/migrate.ts'

// What databases of this release have run, in order: tests/reliability/migrations.test.ts refuses whatever is put between
// or before them from now on, since a database that runs already could not take it.
const names = (await listMigrationNames()).toSorted()
await writeFile(new URL('../docs/migrations.released.txt', import.meta.url), `${names.join('\n')}\n`)
