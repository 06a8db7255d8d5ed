import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ATTACKS, findAttack } from './attacks.ts'
import { GatewayProcess, isInstalled, readGuardingLines } from './gateway-process.ts'
import type { GatewayKind, GuardingLine } from './gateway-process.ts'
import { GatewayScene } from './scene.ts'

/** A gateway under test, and how much of the list is its business. */
export interface Tested extends GatewayKind {
  /** Whether it asks the decision point about every call, or verifies tokens itself. */
  readonly asksDecisionPoint: boolean
  /** Attacks that are left to others, by name. */
  readonly leaves?: readonly string[]
}

/** Starts a gateway in front of the scene's API; the scene then calls through it. */
export async function startGateway(
  kind: GatewayKind,
  scene: GatewayScene,
  without: GuardingLine | null = null,
): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(kind, { ...scene.placeholders, ...scene.issuer }, without)
  scene.port = gateway.port
  return gateway
}

/** What a caller is told of a refusal: all that the decision point said. */
function testRefusals(sceneOf: () => GatewayScene): void {
  test('answers refusals as problems with their code', async () => {
    const { answer } = await sceneOf().call({ path: '/v1/customers/BAN-2/orders' })
    const type = answer.headers.get('content-type')
    expect([answer.status, type]).toEqual([403, expect.stringContaining('application/problem+json')])
    expect(JSON.parse(answer.body)).toMatchObject({
      status: 403,
      code: 'CUSTOMER_MISMATCH',
      explain_id: expect.stringMatching(/^[a-z]+_\w+$/),
    })
    const anonymous = await sceneOf().call({ leave: ['authorization', 'dpop'] })
    expect(anonymous.answer.status).toBe(401)
    expect(JSON.parse(anonymous.answer.body)).toMatchObject({ status: 401 })
  })

  test('hands on what a client can ask the customer for, in whatever letters it is told (A16)', async () => {
    await sceneOf().narrowConsent()
    const { answer } = await sceneOf().call({ method: 'POST', body: '{}' })
    await sceneOf().widenConsent()
    expect(answer.status).toBe(403)
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'INSUFFICIENT_AUTHORIZATION_DETAILS',
      details: { access_request: { authorization_details: [{ actions: ['order.create'] }] } },
    })
  })
}

function testWhole(kind: Tested, isRunnable: boolean): void {
  describe.runIf(isRunnable)(`${kind.name} on its reference configuration`, () => {
    let scene: GatewayScene
    let gateway: GatewayProcess

    beforeAll(async () => {
      scene = await GatewayScene.start()
      gateway = await startGateway(kind, scene)
    })
    afterAll(async () => {
      await gateway[Symbol.asyncDispose]()
      await scene[Symbol.asyncDispose]()
    })

    test('lets a call pass that may be made, and tells the API whose it is (A8)', async () => {
      const wishes = [
        {},
        { path: `${scene.path}?limit=5&q=a%2Fb` },
        // As browsers send it: they encode neither brackets nor these signs.
        { path: `${scene.path}?filter[state]=open&q={a|b}^c` },
        { method: 'POST', body: 'x'.repeat(60_000) },
      ]
      for (const wish of kind.asksDecisionPoint ? wishes : wishes.slice(0, 3)) {
        const { answer, reached } = await scene.call(wish)
        expect([reached, answer.status], answer.body).toEqual([true, 200])
        expect(scene.upstream.last?.target).toBe('path' in wish ? wish.path : scene.path)
        expect(scene.upstream.last?.fields.get('x-customer-ban')).toEqual([scene.world.scene.account.ban])
        expect(scene.upstream.last?.fields.has('x-access-context')).toBe(kind.asksDecisionPoint)
      }
    })

    if (kind.asksDecisionPoint) testRefusals(() => scene)

    const listed = ATTACKS.filter(({ name }) => !(kind.leaves ?? []).includes(name))
    test.each(listed.map((attack) => [attack.name, attack] as const))('%s: fails', async (_, attack) => {
      expect(await attack.run(scene), `attack ${attack.listed}`).toBe(false)
    })
  })
}

function testMutilated(kind: Tested, lines: readonly GuardingLine[], isRunnable: boolean): void {
  describe.runIf(isRunnable)(`${kind.name} without one of its guarding lines`, () => {
    let scene: GatewayScene
    beforeAll(async () => {
      scene = await GatewayScene.start()
    })
    afterAll(() => scene[Symbol.asyncDispose]())

    test.each(lines.map((guarding) => [guarding.text, guarding.attack, guarding] as const))(
      '%s: the attack "%s" succeeds',
      async (_, attack, guarding) => {
        await using _gateway = await startGateway(kind, scene, guarding)
        expect(await findAttack(attack).run(scene)).toBe(true)
      },
    )
  })
}

/**
 * Runs the attack list against a real server on its reference configuration, and takes out each line that guards.
 * Returns whether it could.
 */
export async function testGateway(kind: Tested): Promise<boolean> {
  const isRunnable = isInstalled(kind)
  // Loud on purpose: nobody is to believe that this gateway was tried.
  const loud = `\n*** ${kind.name} is NOT INSTALLED: its reference configuration was NOT TESTED ***\n\n`
  if (!isRunnable) process.stderr.write(loud)
  const lines = await readGuardingLines(kind)
  test(`the configuration of ${kind.name} says of some lines what they guard against`, () => {
    expect(lines.map(({ attack }) => findAttack(attack).name)).not.toEqual([])
  })
  testWhole(kind, isRunnable)
  testMutilated(kind, lines, isRunnable)
  return isRunnable
}
