import { parseArgs } from 'node:util'
import { decide, explainFor, isPermission } from '@liaison/access'
import type { Decision, Facts, Permission } from '@liaison/access'
import { readFeaturesOnce } from '#modules/features/index.ts'
import { readFacts } from '#platform/resolvers/facts.ts'
import { recordEvent, runStatements } from '#platform/mandate.ts'
import type { Mandate } from '#platform/mandate.ts'
import { actAsOperator } from '#platform/operator.ts'
import { CommandError, STATUS, UsageError, writeJson } from './command.ts'
import type { Command } from './command.ts'
import { findPerson, findTenant } from './targets.ts'

interface Question {
  readonly person: string
  readonly tenant: string
  readonly permission: Permission
}

async function readFactsAbout(
  mandate: Mandate<'system'>,
  personId: string,
  tenantId: string,
): Promise<Facts> {
  const [result] = await runStatements(mandate, [
    { text: 'select access.facts_about($1, $2, null) as facts', values: [personId, tenantId] },
  ])
  const answer = result?.rows[0]?.['facts']
  if (answer === null || answer === undefined)
    throw new CommandError('Nothing is known of this person as a member of a partner.')
  const features = await readFeaturesOnce(async (text, values) => {
    const [found] = await runStatements(mandate, [{ text, values: [...values] }])
    return found?.rows ?? []
  })
  return readFacts(answer, { ip: null, features }).facts
}

async function explainTo(mandate: Mandate<'system'>, question: Question): Promise<Decision> {
  const person = await findPerson(mandate, question.person)
  const tenant = await findTenant(mandate, question.tenant)
  const facts = await readFactsAbout(mandate, person.id, tenant.id)
  const decision = decide(facts, { permission: question.permission }, { trace: true })
  recordEvent(mandate, {
    action: 'platform.explain.use',
    tenantId: tenant.id,
    tenantName: tenant.name,
    resource: { type: 'person', id: person.id, label: person.name },
    changes: { permission: question.permission, code: decision.code },
  })
  return explainFor(decision, 'provider')
}

const MARKS: Readonly<Record<string, string>> = {
  pass: 'ok  ',
  fail: 'NO  ',
  not_evaluated: '-   ',
  unknown: '?   ',
  hidden: 'hidden',
}

function readQuestion(positionals: readonly string[]): Question {
  const [person, tenant, permission, ...rest] = positionals
  if (person === undefined || tenant === undefined || permission === undefined || rest.length > 0) {
    throw new UsageError('Name a person, a tenant and a permission.')
  }
  if (!isPermission(permission)) throw new UsageError(`There is no permission "${permission}".`)
  return { person, tenant, permission }
}

function describe(decision: Decision): string {
  const steps = (decision.steps ?? []).map(({ state, check, detail, remedy }) => {
    const help = remedy !== null && state === 'fail' ? `\n       ${remedy}` : ''
    return `  ${MARKS[state] ?? ''} ${check}: ${detail}${help}\n`
  })
  return `${decision.effect === 'allow' ? 'Allowed' : `Refused: ${decision.code}`}\n${steps.join('')}`
}

export const explain: Command = {
  name: 'explain',
  help: 'explain PERSON TENANT PERMISSION [--json]\n  PERSON is an e-mail address, TENANT a slug (or their public ids), PERMISSION a name of the catalogue.\n  Ends with status 0 when it is allowed now and 1 when it is not. The question itself is recorded.',
  async run(args, surroundings) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { json: { type: 'boolean' } },
    })
    const question = readQuestion(positionals)
    const { admin } = await surroundings.open()
    const request = { operator: surroundings.operator, command: 'explain' }
    const decision = await actAsOperator(admin, request, (mandate) => explainTo(mandate, question))
    if (values.json) writeJson(surroundings, decision)
    else surroundings.out(describe(decision))
    return decision.effect === 'allow' ? STATUS.done : STATUS.failed
  },
}
