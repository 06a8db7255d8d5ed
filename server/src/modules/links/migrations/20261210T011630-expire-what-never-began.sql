set role liaison_owner;

-- A link that was approved and whose time was over before it could begin is over too: it stands in nobody's way.
alter table state_transition no force row level security;
insert into state_transition (entity, from_state, to_state, action, actor_kind) values
  ('link', 'approved', 'expired', 'expire', 'clock');
alter table state_transition force row level security;

reset role;
