/** Heat: tiles of this service, under the outlines of the areas. */
import L from "leaflet";

export class HeatLayer {
  private tiles: L.TileLayer | null = null;

  constructor(private readonly map: L.Map) {}

  /** Show the tiles at this address; null shows none. */
  show(address: string | null): void {
    this.tiles?.remove();
    this.tiles = address ? L.tileLayer(address, { pane: "warmte" }).addTo(this.map) : null;
  }
}
