import { auditCommands, makeAuditKey } from '#modules/audit/index.ts'
import { withAdminClient } from '#platform/admin.ts'
import { makeVault } from '#platform/vault.ts'
import { UsageError } from './command.ts'
import type { Command } from './command.ts'

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
    const { verifierKey } = makeAuditKey(makeVault(installation.secretKey), surroundings.config.auditOrigin)
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
