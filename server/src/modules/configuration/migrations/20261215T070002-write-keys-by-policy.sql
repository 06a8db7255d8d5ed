-- As with the catalogue of permissions: who migrates is a member of the owner, and need be no superuser.
set role liaison_owner;
create policy writing on configuration_key to liaison_owner using (true) with check (true);
reset role;
