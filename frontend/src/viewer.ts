// The slices, by NiiVue: what of it this page uses, in the page's own terms.

import { DRAG_MODE, Niivue, SLICE_TYPE } from "@niivue/niivue";
import { BASE, type Geometry } from "./api";

const STEP = 1.25;
const [LEAST, MOST] = [0.5, 12];

export class Viewer {
  /** Called with the number of the slice that is shown, each time it changes. */
  onSlice: (slice: number) => void = () => {};
  private readonly niivue: Niivue;
  private slice = -1;

  private constructor(
    readonly geometry: Geometry,
    private readonly canvas: HTMLCanvasElement,
  ) {
    this.niivue = new Niivue({
      backColor: [0, 0, 0, 1],
      crosshairWidth: 0,
      dragAndDropEnabled: false,
      dragMode: DRAG_MODE.pan,
      isNearestInterpolation: false,
      isOrientationTextVisible: false,
      isRadiologicalConvention: true,
      loadingText: "",
      measureLineColor: [1, 0.9, 0.2, 1],
      measureTextColor: [1, 0.9, 0.2, 1],
      sliceType: SLICE_TYPE.AXIAL,
    });
  }

  /** Open a study's volume, with its maps where there are any. Raises where the browser has no WebGL 2. */
  static async open(canvas: HTMLCanvasElement, geometry: Geometry): Promise<Viewer> {
    const viewer = new Viewer(geometry, canvas);
    const { niivue } = viewer;
    await niivue.attachToCanvas(canvas);
    const places = [geometry.volume, ...(geometry.maps ? [geometry.maps] : [])];
    const [preset] = geometry.windows;
    await niivue.loadVolumes(
      places.map((url, layer) => ({
        url: new URL(url, location.href).href,
        name: layer ? "maps.nii.gz" : "volume.nii.gz",
        colormap: "gray",
        opacity: layer ? 0.5 : 1,
        ...(layer ? {} : { cal_min: preset.level - preset.width / 2, cal_max: preset.level + preset.width / 2 }),
      })),
    );
    if (geometry.maps) viewer.colorMaps();
    niivue.setSliceType(SLICE_TYPE.AXIAL);
    niivue.setInterpolation(false);
    niivue.onLocationChange = () => viewer.tell();
    viewer.show(Math.floor(geometry.count / 2));
    return viewer;
  }

  /** The slice that is shown, from 0. */
  get shown(): number {
    return this.slice;
  }

  /** Show a slice; beyond the ends, the nearest. */
  show(slice: number): void {
    const last = this.geometry.count - 1;
    const wanted = Math.min(last, Math.max(0, slice));
    this.niivue.scene.crosshairPos[2] = (wanted + 0.5) / this.geometry.count;
    this.niivue.drawScene();
    this.tell();
  }

  /** Show densities from level - width / 2 to level + width / 2. */
  window(level: number, width: number): void {
    const [volume] = this.niivue.volumes;
    volume.cal_min = level - width / 2;
    volume.cal_max = level + width / 2;
    this.niivue.updateGLVolume();
  }

  /** Set how much of the map covers the slice, 0 to 1. */
  opacity(share: number): void {
    if (this.geometry.maps) this.niivue.setOpacity(1, share);
  }

  /** Zoom in by steps about the middle, out by negative ones; 0 shows the whole slice again, where it was. */
  zoom(steps: number): void {
    const [x, y, z, before] = this.niivue.scene.pan2Dxyzmm;
    if (!steps) {
      this.niivue.setPan2Dxyzmm([0, 0, 0, 1]);
      return;
    }
    const after = Math.min(MOST, Math.max(LEAST, before * STEP ** steps));
    const middle = this.niivue.frac2mm([0.5, 0.5, 0.5]);
    const shift = before - after;
    this.niivue.setPan2Dxyzmm([x + shift * middle[0], y + shift * middle[1], z + shift * middle[2], after]);
  }

  /** Let dragging measure, or move the slice. */
  measure(isOn: boolean): void {
    this.niivue.setMouseEventConfig({
      leftButton: { primary: isOn ? DRAG_MODE.measurement : DRAG_MODE.pan },
      rightButton: DRAG_MODE.contrast,
      centerButton: DRAG_MODE.pan,
    });
    this.canvas.classList.toggle("measuring", isOn);
  }

  /** Remove all that was measured. */
  clear(): void {
    this.niivue.clearAllMeasurements();
  }

  /** Give the graphics memory back. */
  close(): void {
    this.niivue.onLocationChange = () => {};
    this.niivue.cleanup();
  }

  private tell(): void {
    const { count } = this.geometry;
    const at = Math.min(count - 1, Math.max(0, Math.floor(this.niivue.scene.crosshairPos[2] * count)));
    if (at === this.slice) return;
    this.slice = at;
    this.onSlice(at);
  }

  private colorMaps(): void {
    const { map_legend: legend } = this.geometry;
    const part = (from: number) => [0, ...legend.map(({ color }) => Number.parseInt(color.slice(from, from + 2), 16))];
    this.niivue.volumes[1].setColormapLabel({
      R: part(1),
      G: part(3),
      B: part(5),
      A: [0, ...legend.map(() => 255)],
      I: [0, ...legend.map(({ value }) => value)],
      labels: ["", ...legend.map(({ label }) => label)],
    });
    this.niivue.updateGLVolume();
  }
}

/** Ask for what the viewer needs of one answer. */
export function geometryPath(id: string, answer: number): string {
  return `/studies/${id}/slices${answer ? `?answer=${answer}` : ""}`;
}

/** Where a slice with its map lies as a picture, for browsers that cannot draw volumes. */
export function picture(id: string, slice: number, answer: number): string {
  return `${BASE}/studies/${id}/overlay/${slice}.png${answer ? `?answer=${answer}` : ""}`;
}
