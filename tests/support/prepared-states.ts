import { encodeId } from '@liaison/access'
import {
  agree,
  draftAgreement,
  draftInput,
  offerAgreement,
  openAgreementScene,
  signAgreement,
  signingBody,
} from '../../server/testing/agreement-acts.ts'
import type { AgreementScene } from '../../server/testing/agreement-acts.ts'
import { APPLICATIONS, makeApplicationActs } from '../../server/testing/application-acts.ts'
import { setPolicies } from '../../server/testing/identity-check-acts.ts'
import type { TestWorld } from '../../server/testing/world.ts'
import type { Entry } from './doors.ts'

/** Brings the world into a state in which an operation is not refused for what went before, and says how to enter it then. */
export type Prepare = () => Promise<Entry>

/** By method and path. */
export type Prepared = Readonly<Record<string, Prepare>>

type State = (world: TestWorld, scene: AgreementScene) => Promise<string>

const offered: State = async (world, scene) => {
  const id = await draftAgreement(world, scene)
  await offerAgreement(world, scene, id)
  return id
}

const signed: State = async (world, scene) => {
  const id = await offered(world, scene)
  await signAgreement(world, scene, id)
  return id
}

/** What a draft is made of, without its title, which is free. */
async function contentOf(world: TestWorld, scene: AgreementScene) {
  const { template_id: template, source, terms } = await draftInput(world, scene)
  return { template_id: template, source, terms }
}

async function fingerprintOf(world: TestWorld, { approver }: AgreementScene, id: string) {
  const shown = await world.call(approver, 'GET', `/api/v1/admin/agreements/${id}`)
  return { content_sha256: String(shown.json().content_sha256) }
}

interface Entered {
  readonly as: 'drafter' | 'approver' | 'owner'
  /** The state from which the operation moves on; what makes an agreement has none. */
  readonly from?: State
  readonly named?: (world: TestWorld, scene: AgreementScene, id: string) => Promise<object>
}

/** The states of agreements: each operation finds one from which it moves on, of a partner of its own. */
function agreementStates(world: TestWorld): Prepared {
  const enter =
    ({ as, from, named }: Entered): Prepare =>
    async () => {
      const scene = await openAgreementScene(world)
      const id = (await from?.(world, scene)) ?? ''
      const about = from ? { agreement_id: id } : { partner_id: encodeId('partner', scene.partner) }
      return { caller: scene[as], parameters: about, named: { ...(await named?.(world, scene, id)) } }
    }
  const admin = '/api/v1/admin/agreements'
  const one = `${admin}/:agreement_id`
  const program = '/api/v1/program/agreements/:agreement_id'
  const writes = enter({ as: 'drafter', named: contentOf })
  return {
    'POST /api/v1/admin/partners/:partner_id/agreements': writes,
    'POST /api/v1/admin/agreement-templates': async () => ({ ...(await writes()), parameters: {} }),
    [`POST ${admin}/preview`]: async () => ({ ...(await writes()), parameters: {} }),
    [`PUT ${one}`]: enter({ as: 'drafter', from: draftAgreement, named: contentOf }),
    [`POST ${one}/offer`]: enter({ as: 'drafter', from: draftAgreement }),
    [`POST ${one}/withdraw`]: enter({ as: 'drafter', from: offered }),
    [`POST ${program}/decline`]: enter({ as: 'owner', from: offered }),
    [`POST ${program}/sign`]: enter({ as: 'owner', from: offered, named: signingBody }),
    [`POST ${one}/approve`]: enter({ as: 'approver', from: signed, named: fingerprintOf }),
    [`POST ${one}/reject`]: enter({ as: 'approver', from: signed }),
    [`POST ${program}/notice`]: enter({ as: 'owner', from: agree }),
    [`GET ${one}/pdf`]: enter({ as: 'drafter', from: agree }),
    [`GET ${program}/pdf`]: enter({ as: 'owner', from: agree }),
  }
}

/** Applications that were sent in, in the version that is reviewed. */
async function applicationStates(world: TestWorld): Promise<Prepared> {
  const acts = makeApplicationActs(() => world)
  const { drafter: admin } = await openAgreementScene(world)
  let serial = 0
  const sent: Prepare = async () => {
    serial += 1
    const { reference } = await acts.apply({
      organisation: `Applicant ${serial}`,
      registration_no: String(10_000_000 + serial),
      website: `applicant-${serial}.example`,
    })
    const shown = await world.call(admin, 'GET', `${APPLICATIONS}/${reference}`)
    const headers = { 'if-match': String(shown.headers['etag']) }
    return { caller: admin, parameters: { reference }, headers }
  }
  const one = `${APPLICATIONS}/:reference`
  return {
    [`GET ${one}`]: sent,
    [`POST ${one}/ask`]: sent,
    [`POST ${one}/approve`]: sent,
    [`POST ${one}/decline`]: sent,
  }
}

/** Calls as the first of the two people; what comes of it is read afterwards. */
const asking =
  (world: TestWorld, { drafter }: AgreementScene) =>
  async (method: 'GET' | 'POST' | 'PUT', path: string, body?: object, headers = {}) => {
    const { headers: told, ...answer } = await world.call(
      drafter,
      method,
      path,
      body ? { body, headers } : {},
    )
    return { ...answer.json(), etag: String(told['etag']) }
  }

interface TwoPeople {
  readonly kind: string
  /** Asks for it, unless somebody did and nobody answered. */
  readonly ask: (ask: ReturnType<typeof asking>) => Promise<unknown>
}

/** How each of the four that take two people is asked for, by the last part of the path that answers it. */
function twoPeople(world: TestWorld): Readonly<Record<string, TwoPeople>> {
  const reason = 'The auditors ask for it.'
  return {
    'partner-terminations': {
      kind: 'partner_termination',
      async ask(ask) {
        const path = `/api/v1/admin/partners/${encodeId('partner', await world.partner('Ended'))}`
        await ask('POST', `${path}/terminate`, { reason, name: 'Ended' })
      },
    },
    'agreement-settings': {
      kind: 'agreement_care',
      async ask(ask) {
        const path = '/api/v1/admin/program'
        await ask('PUT', path, { before: 'approval', four_eyes: 'offer_and_approval', reason })
        await ask('PUT', path, { before: 'offer_and_approval', four_eyes: 'approval', reason })
      },
    },
    'earning-settings': {
      kind: 'earning_policy',
      async ask(ask) {
        const path = '/api/v1/admin/earnings/policy'
        for (const approves_by_itself of [false, true]) {
          const { version: after_version, two_people_above } = await ask('GET', path)
          await ask('PUT', path, { after_version, two_people_above, approves_by_itself, reason })
        }
      },
    },
    'identity-settings': {
      kind: 'identity_care',
      async ask(ask) {
        const partner = await world.partner('Careful', ['white_label'])
        await setPolicies(world, partner, { kyc_four_eyes: true })
        const path = `/api/v1/admin/partners/${encodeId('partner', partner)}/configuration`
        const document = { policies: { kyc_four_eyes: false } }
        const { version } = await ask('POST', `${path}/versions`, { document })
        const { etag } = await ask('GET', path)
        await ask('POST', `${path}/activate`, { version, reason }, { 'if-match': etag })
      },
    },
  }
}

/** Requests that wait for a second person: the first one asked, and the second is whoever answers. */
function requestStates(world: TestWorld): Prepared {
  const requests = '/api/v1/admin/second-person-requests'
  const states = Object.entries(twoPeople(world)).map(([name, { kind, ask }]): [string, Prepare] => [
    `POST ${requests}/${name}/:request_id/decision`,
    async () => {
      const scene = await openAgreementScene(world)
      const first = asking(world, scene)
      await ask(first)
      const { items } = await first('GET', `${requests}?state=waiting&kind=${kind}`)
      return {
        caller: scene.approver,
        parameters: { request_id: String(items[0]?.request_id) },
        named: { decision: 'confirm' },
      }
    },
  ])
  return Object.fromEntries(states)
}

/** The states of what goes through several hands, which no single call brings about. */
export async function prepareStates(world: TestWorld): Promise<Prepared> {
  return { ...agreementStates(world), ...(await applicationStates(world)), ...requestStates(world) }
}
