import { auditCommands, makeAuditKey, readAuditKeys } from '#modules/audit/index.ts'
import { inAdminTransaction, withAdminClient } from '#platform/admin.ts'
import { UsageError } from './command.ts'
import type { Command } from './command.ts'
import { withVault } from './key-ring.ts'

export const audit: Command = {
  name: 'audit',
  help: auditCommands.map(({ help }) => `audit ${help}`).join('\n'),
  async run([name, ...args], surroundings) {
    const command = auditCommands.find((candidate) => candidate.name === name)
    if (!command)
      throw new UsageError(
        name === undefined ? 'Say what to do with the audit log.' : `There is no command "audit ${name}".`,
      )
    const installation = await surroundings.open()
    const { list: verifierKey } = await withVault(installation, (vault) =>
      inAdminTransaction(installation.admin, (run) =>
        readAuditKeys(run, makeAuditKey(vault, surroundings.config.auditOrigin)),
      ),
    )
    return withAdminClient(installation.admin, (client) =>
      command.run(args, {
        connect: () => Promise.resolve(client),
        dataDir: surroundings.config.dataDir,
        verifierKey,
        now: surroundings.now(),
        write: surroundings.out,
      }),
    )
  },
}
