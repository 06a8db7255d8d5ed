import { expect, test } from 'vitest'
import { TEST_ISSUER } from '../../server/testing/gateway.ts'
import { ATTACKS } from './support/attacks.ts'
import { GatewayScene } from './support/scene.ts'
import { startGateway, testGateway } from './support/suite.ts'
import type { Tested } from './support/suite.ts'

/** What a gateway that asks nobody cannot stop; each is stated in docs/gateway.md. */
const NOT_STOPPED: readonly string[] = [
  // mod_oauth2 does not look at `typ`.
  'ID token',
  // Nobody is asked, so nothing that changed after the token was issued is noticed.
  'first call after a revocation',
  // Nothing reads the query: the API has to take the account from the path or from X-Customer-Ban alone.
  'another account in the query',
  'another account in an array of the query',
]

/** What does not exist without a decision point, or is for methods that this configuration refuses anyway. */
const NOT_APPLICABLE: readonly string[] = [
  'challenge kept back',
  'scope that was not given',
  'forged network address',
  'contradicting original address',
  'credential of the caller',
  'decision point from outside',
  'body to the decision point',
  'decision point gone',
  'undecided told as an error of the API',
  'decision point that redirects',
  'decision point that speaks no HTTP',
  'slow decision point',
  'large body told as another failure',
]

const apache: Tested = {
  name: 'apache',
  binary: 'apache2',
  config: 'apache/httpd.conf',
  command: ({ config }) => ['apache2', '-f', config, '-DFOREGROUND'],
  asksDecisionPoint: false,
  leaves: [...NOT_STOPPED, ...NOT_APPLICABLE],
}

const isInstalled = await testGateway(apache)

test.runIf(isInstalled)(
  'apache, which asks nobody, refuses a token whose customer bounds how long a revocation may take (A8)',
  async () => {
    await using scene = await GatewayScene.start()
    await using _gateway = await startGateway(apache, scene)
    const claims = { aud: `${TEST_ISSUER}/decision-point`, max_revocation_seconds: 90 }
    expect((await scene.call({ claims })).reached).toBe(false)
    expect((await scene.call()).reached).toBe(true)
  },
)

test.runIf(isInstalled)(
  'apache reads what an API client of its own organisation may without details, and of a customer nothing without them',
  async () => {
    await using scene = await GatewayScene.start()
    await using _gateway = await startGateway(apache, scene)
    const claims = { authorization_details: undefined }
    expect((await scene.call({ claims })).reached).toBe(false)
    expect((await scene.call({ claims: { ...claims, access: 'own' } })).reached).toBe(true)
  },
)

test.runIf(isInstalled)(
  'apache notices no revocation before the token ends, takes tokens of another type and reads no query: for reads only',
  async () => {
    await using scene = await GatewayScene.start()
    await using _gateway = await startGateway(apache, scene)
    for (const name of NOT_STOPPED) {
      const attack = ATTACKS.find((entry) => entry.name === name)
      expect([name, await attack?.run(scene)]).toEqual([name, true])
    }
  },
)
