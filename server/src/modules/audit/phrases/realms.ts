import { says } from './phrase.ts'
import type { Phrase } from './phrase.ts'

const USER = { one: 'user', many: 'users' }

/** What happens in the own user bases of white-label partners. */
export const REALM_PHRASES: Readonly<Record<string, Phrase>> = {
  'realms.link.send': says('A link was mailed to somebody who asked for it'),
  'realms.user.sign_up': says('signed up'),
  'realms.sign_in': says('signed in'),
  'realms.sign_in.failed': says('Somebody could not sign in: the password was wrong'),
  'realms.session.end': says('ended a session'),
  'realms.password.change': says('set another password'),
  'realms.profile.update': says('changed the own profile'),
  'realms.user.delete': says('deleted the own account'),
  'realms.token.issue': says('got a token'),
  'realms.user.role': says('gave the {x} another role', USER),
  'realms.user.stop': says('stopped the {x}', USER),
  'realms.user.restore': says('let the {x} in again', USER),
  'realms.user.invite': says('invited somebody into the user base'),
  'realms.users.export': says('exported the {x}', USER),
  'realms.close': says('closed the user base'),
  'realms.reopen': says('opened the user base again'),
  'realms.change_key': says('changed the signing key of the user base'),
  'realm.users.read': says('read the {x}', USER),
  'partner_org.users.read': says('read the {x}', USER),
  'platform.realms.read': says('looked at the figures of a user base'),
}
