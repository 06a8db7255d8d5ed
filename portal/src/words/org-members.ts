/** Sentences of what an administrator does with the members of the own organisation. */
export const orgMembers = {
  'org_member.last_admin': 'The last administrator stays. Make somebody else an administrator first.',
  'org_member.admin': 'Make administrator',
  'org_member.admin_title': 'Make {name} an administrator of {org}?',
  'org_member.admin_effect':
    '{name} can then let partners in, cut them off, and decide who else belongs to {org}.',
  'org_member.admin_keep': 'Leave {role}',
  'org_member.admin_done': '{name} is an administrator now.',
  'org_member.user': 'Make member',
  'org_member.user_title': 'Make {name} a member of {org} without administration?',
  'org_member.user_effect':
    '{name} can then no longer decide about partners or people. It counts from the next click on.',
  'org_member.user_keep': 'Leave {role}',
  'org_member.user_done': '{name} no longer administers {org}.',
  'org_member.remove': 'Remove',
  'org_member.remove_title': 'Remove {name} from {org}?',
  'org_member.remove_effect':
    'From the next click on nothing of {org} is open to {name}. What {name} did stays on record.',
  'org_member.remove_keep': 'Keep as {role}',
  'org_member.remove_done': '{name} no longer belongs to {org}.',
} as const
