import { createHash } from 'node:crypto'

/** A lorry, and a ring: what two small programs drew, 128 pixels on a side. */
const LORRY =
  'iVBORw0KGgoAAAANSUhEUgAAAIAAAACACAMAAAD04JH5AAAABlBMVEULXGP///8bbhU5AAAAiUlEQVR42u3YMQ6AIBREQfb+l7a1IDEYcC1m+k9e1KA4BgAAAAAwlZcECBAgQIAAAQKms/WA1ANSD0g9IPWA1ANSD0g9IPWACBAgQIAAAQIE7DknHZpYuBxHJpZux4GJXwesP0ybj+0C2gHrO8rufzeeAQG24v7bsP89cF/w4MTzkh9MAAAAQMEFQEoODtLo+6YAAAAASUVORK5CYII='
const RING =
  'iVBORw0KGgoAAAANSUhEUgAAAIAAAACACAMAAAD04JH5AAAABlBMVEV6Lg7/4qCV9ndVAAABKUlEQVR42u3ZSQ7DMAxDUfL+l+4BmsF2JP8GJfelHgoD8SAlSZIkSZIkydtjer5Nz0cFNiuwWYHNCmxWYLMCmxXYrMBmBTYrsFmBzQpsVmCzApsVfM/bKziatlNwPGuf4GzSLsH5nD2Cqyk7BNcz+gV3E7oF9/29gpH2TsFYd59gtLlLMN7bI5hp7RDMddYLZhurBfN9tYKVtkrBWledYLWpSrDeUyN40lIheNbxXPC0gf49/w/yayirOKv4v1cx/TWiv8f0joTek9G7UnpfTp9M6LMZfTqlz+f0DQV9R0PfUtH3dPRNJX1XS99W0/f19IsF/WaDv1r92rudxAokViCxAokVSKxAYgUSK5BYgcQKJFYgsQKJFUisQGIFYkPPT5IkSZIkSd6fD8ibCU0Kz1WNAAAAAElFTkSuQmCC'
const SIDE_PX = 128

/** Whose logos the demo world shows, and who looked at the first one. */
export interface DemoLogoGround {
  readonly uuid: (at: Date) => string
  readonly partnerId: string
  readonly clientId: string
  readonly owner: { readonly id: string; readonly name: string }
  readonly provider: { readonly id: string; readonly name: string }
  /** When the one in use was handed in, and when the one that waits. */
  readonly at: { readonly first: Date; readonly second: Date }
}

/** The logos of an application: one that customers see, and one that waits for the provider. */
export function makeDemoLogos({ uuid, partnerId, clientId, owner, provider, at }: DemoLogoGround) {
  const toRow = (picture: string, handedIn: Date) => {
    const bytes = Buffer.from(picture, 'base64')
    return {
      id: uuid(handedIn),
      client_id: clientId,
      partner_id: partnerId,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      media_type: 'image/png',
      width: SIDE_PX,
      height: SIDE_PX,
      // As PostgreSQL writes bytes.
      bytes: `\\x${bytes.toString('hex')}`,
      created_by: owner.id,
      created_by_name: owner.name,
      created_at: handedIn,
    }
  }
  const decided = { decided_by: provider.id, decided_by_name: provider.name, decided_at: at.first }
  return [
    { ...toRow(LORRY, at.first), status: 'approved', ...decided },
    {
      ...toRow(RING, at.second),
      status: 'waiting',
      decided_by: null,
      decided_by_name: null,
      decided_at: null,
    },
  ]
}
