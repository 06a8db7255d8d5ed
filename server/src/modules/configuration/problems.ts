import { registerProblems } from '#platform/problem.ts'
import type { ProblemEntry } from '#platform/problem.ts'

/** The problem codes of the configuration of partners. */
const CONFIGURATION_PROBLEMS = {
  CONFIGURATION_VERSION_NOT_FOUND: {
    status: 404,
    title: 'Version not found',
    cause: 'The partner has no version of its configuration with this number.',
    remedy: 'Choose one from the list of versions.',
  },
  CONFIGURATION_ALREADY_ACTIVE: {
    status: 409,
    title: 'Already in force',
    cause: 'This version is the one in force, or says the same as it.',
    remedy: 'Nothing needs to be done.',
  },
  CONFIGURATION_BASE_STALE: {
    status: 409,
    title: 'Drafted from another version',
    cause:
      'Another version was put in force after this one was drafted, so this one does not know what that one changed.',
    remedy:
      'Read the version in force, save a new one from it with your changes, and activate that; or name it in `replaces` where this one is to take its place.',
  },
  CONFIGURATION_OUTDATED: {
    status: 422,
    title: 'Outside the bounds of today',
    cause:
      'The version was saved when the platform allowed more than it does now; `errors` lists every place.',
    remedy: 'Save a new version from it with values that are allowed, and activate that.',
  },
  CONFIGURATION_LOWERS_ALONE: {
    status: 409,
    title: 'Not together with other changes',
    cause:
      'The version lets one person decide about identities, which a second admin confirms, and it changes other things, too.',
    remedy:
      'Save a version that changes this alone, activate it, and let another admin confirm it; save everything else in a version of its own.',
  },
  IMAGE_NOT_USABLE: {
    status: 422,
    title: 'Image not usable',
    cause:
      'The file is no PNG, JPEG or WebP image, is larger than 64 KiB, or is too large or too small in pixels.',
    remedy: 'Hand in a PNG, JPEG or WebP image of at most 64 KiB, between 16 and 1024 pixels on each side.',
  },
  IMAGE_NOT_FOUND: {
    status: 404,
    title: 'Image not found',
    cause: 'The partner has no image with this digest.',
    remedy: 'Hand the image in first.',
  },
} as const satisfies Record<string, ProblemEntry>

registerProblems(CONFIGURATION_PROBLEMS)
