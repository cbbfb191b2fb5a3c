declare module "@alpinejs/csp" {
  interface Alpine {
    data(name: string, factory: (...args: never[]) => object): void;
    start(): void;
  }
  const alpine: Alpine;
  export default alpine;
}
