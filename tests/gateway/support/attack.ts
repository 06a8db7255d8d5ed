import type { GatewayScene, ThroughWish } from './scene.ts'

/** An attack on what stands behind a gateway. */
export interface Attack {
  readonly name: string
  /** The number in the attack list of the requirement. */
  readonly listed: number
  /** Whether it succeeded. */
  run(scene: GatewayScene): Promise<boolean>
}

/** An attack by its number, its name and what it does. */
export const attack = (listed: number, name: string, run: Attack['run']): Attack => ({ name, listed, run })

/** The call reaches the API although it must not. */
export const reaches = (
  listed: number,
  name: string,
  wish: (scene: GatewayScene) => ThroughWish | Promise<ThroughWish>,
): Attack => attack(listed, name, async (scene) => (await scene.call(await wish(scene))).reached)
