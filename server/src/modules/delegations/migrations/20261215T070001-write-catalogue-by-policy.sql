-- The administrator of a managed PostgreSQL is neither superuser nor BYPASSRLS: he is a member of the owner, whom the forced row
-- security of these tables bound to reading nothing and writing nothing. What the code knows about permissions is written
-- by whoever migrates, so the owner may write it.
set role liaison_owner;
create policy writing on permission to liaison_owner using (true) with check (true);
create policy writing on relation_permission to liaison_owner using (true) with check (true);
create policy writing on role_permission to liaison_owner using (true) with check (true);
create policy writing on link_role_template to liaison_owner using (true) with check (true);
create policy writing on link_relationship_bound to liaison_owner using (true) with check (true);
-- A start computes anew what a deny covers, and nothing else of an override.
create policy widening_denials on link_override for update to liaison_owner using (effect = 'deny') with check (effect = 'deny');
reset role;
