import { ATTACKS } from '../../tests/gateway/support/attacks.ts'
import { ATTACK_GROUPS, NOT_MET } from '../lib/attack-list.ts'
import type { AttackGroup, ListedAttack } from '../lib/attack-list.ts'
import { attacksIn, readTestNames } from '../lib/test-names.ts'
import type { NamedTest } from '../lib/test-names.ts'

export const path = 'docs/attacks.md'

const GATEWAY_TESTS = 'tests/gateway/nginx.test.ts'
const link = ({ file, name }: NamedTest): string => `[${name}](../${file}) (\`${file}\`)`

/** What is run behind each of the real gateways under this number. */
function behindGateways(number: number): string[] {
  const names = ATTACKS.filter(({ listed }) => listed === number).map(({ name }) => name)
  if (names.length === 0) return []
  const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names
  return [`[behind real gateways](../${GATEWAY_TESTS}): ${shown.join(', ')}`]
}

function proofsOf({ number }: ListedAttack, tests: readonly NamedTest[]): string[] {
  const named = tests.filter(({ name }) => attacksIn(name).includes(number))
  return [...named.map(link), ...behindGateways(number)]
}

/** Every number is proved or named as not met, never both and never neither. */
function requireProof(number: number, proofs: readonly string[]): void {
  if (proofs.length === 0 && !NOT_MET.has(number)) throw new Error(`No test proves attack ${number}.`)
  if (proofs.length > 0 && NOT_MET.has(number))
    throw new Error(`Attack ${number} is named as not met, and has a test.`)
}

function describeAttack(attack: ListedAttack, tests: readonly NamedTest[]): string[] {
  const proofs = proofsOf(attack, tests)
  requireProof(attack.number, proofs)
  const shown = proofs.length === 0 ? ['**not met**, see below'] : proofs
  const note = attack.note === undefined ? '' : ` ${attack.note}`
  return [
    `### ${attack.number}. ${attack.attack}`,
    '',
    `What must come of it: ${attack.outcome}.${note}`,
    '',
    ...shown.map((proof) => `- ${proof}`),
    '',
  ]
}

function describeGroup({ title, attacks }: AttackGroup, tests: readonly NamedTest[]): string[] {
  return [`## ${title}`, '', ...attacks.flatMap((attack) => describeAttack(attack, tests))]
}

function notMet(): string[] {
  const rows = [...NOT_MET].map(([number, reason]) => `- **${number}**: ${reason}`)
  return ['## Not met', '', ...(rows.length === 0 ? ['None: every number has its test.'] : rows), '']
}

/** Every attack of the list with the tests that carry it out. Refuses a number without a test. */
export async function generate(): Promise<string> {
  const tests = await readTestNames()
  const head = [
    '# Attacks',
    '',
    'For reviewers and for whoever changes delegated API access.',
    '',
    'What is tried against delegated API access, what must come of it, and the tests that try it. A test claims a number in its name (`attack 32`); `npm run docs` makes this page from the names and fails when a number has neither a test nor a reason. The part "behind real gateways" runs against nginx, Caddy and HAProxy with their reference configurations, and against Apache as far as [its file](../tests/gateway/apache.test.ts) says, and each protective line of a configuration is taken out once to see the attack succeed.',
    '',
  ]
  return [...head, ...ATTACK_GROUPS.flatMap((group) => describeGroup(group, tests)), ...notMet()].join('\n')
}
