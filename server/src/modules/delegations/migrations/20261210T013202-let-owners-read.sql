set role liaison_owner;

-- Of delegations, staff of a partner reads links over the API, and read the consents and resales, too, in SQL; it reads no freezes, and of the
-- decisions that were kept its own, where it read everybody's.
create policy owners_read on access_freeze as restrictive for select to liaison_program using ((select access.partner_as_owner()) is not null);
create policy links_read on delegation as restrictive for select to liaison_program using (kind = 'link' or (select access.partner_as_owner()) is not null);
create policy links_read on delegation_history as restrictive for select to liaison_program
  using ((select access.partner_as_owner()) is not null or exists (select from link l where l.id = delegation_history.delegation_id));
create policy own_read on access_explanation as restrictive for select to liaison_program
  using (person_id = (select access.context_id('actor_id')) or (select access.partner_as_owner()) is not null);

-- In the plane of delegations everybody of the partner is staff.
create policy acting_links_read on delegation as restrictive for select to liaison_delegate using (kind = 'link');
create policy acting_links_read on delegation_history as restrictive for select to liaison_delegate using (exists (select from link l where l.id = delegation_history.delegation_id));
create policy acting_own_read on access_explanation as restrictive for select to liaison_delegate using (person_id = (select access.context_id('actor_id')));

reset role;
