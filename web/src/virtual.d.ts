// The address of the first drawing's code, which vite.config.ts builds apart; "" while developing.
declare module "virtual:first" {
  const code: string;
  export default code;
}
