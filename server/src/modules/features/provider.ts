import {
  ErrorCode,
  StandardResolutionReasons,
  TargetingKeyMissingError,
  TypeMismatchError,
} from '@openfeature/server-sdk'
import type { EvaluationContext, JsonValue, Provider, ResolutionDetails } from '@openfeature/server-sdk'
import type { ProcessCopy } from './process-copy.ts'

/** Without a partner everybody would fall into one bucket, so the evaluation is refused instead. */
function partnerOf({ targetingKey }: EvaluationContext): string {
  if (targetingKey === undefined || targetingKey === '')
    throw new TargetingKeyMissingError('Name the partner.')
  return targetingKey
}

function refuseType(): never {
  throw new TypeMismatchError('A feature is on or off.')
}

/** Our features through the interface of OpenFeature; the targeting key is the UUID of a partner. */
export class FeatureProvider implements Provider {
  readonly metadata = { name: 'liaison features' } as const
  readonly runsOn = 'server'
  readonly #copy: ProcessCopy
  readonly #now: () => Date

  constructor(copy: ProcessCopy, now: () => Date) {
    this.#copy = copy
    this.#now = now
  }

  resolveBooleanEvaluation(
    key: string,
    defaultValue: boolean,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<boolean>> {
    const partnerId = partnerOf(context)
    const { isOn, branch, reason } = this.#copy.resolve(key, partnerId, this.#now())
    if (branch === 'unknown')
      return Promise.resolve({
        value: defaultValue,
        reason: StandardResolutionReasons.ERROR,
        errorCode: ErrorCode.FLAG_NOT_FOUND,
      })
    return Promise.resolve({ value: isOn, variant: branch, reason })
  }

  resolveStringEvaluation(): Promise<ResolutionDetails<string>> {
    return refuseType()
  }

  resolveNumberEvaluation(): Promise<ResolutionDetails<number>> {
    return refuseType()
  }

  resolveObjectEvaluation<T extends JsonValue>(): Promise<ResolutionDetails<T>> {
    return refuseType()
  }
}
