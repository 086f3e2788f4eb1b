package com.example.webui;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import javax.imageio.ImageIO;

/** A screenshot as a small file: a page has few colours. */
final class Picture {

    private static final int COLOURS = 256;

    private Picture() {
    }

    static void save(BufferedImage image, Path file) throws IOException {
        IndexColorModel palette = palette(image);
        BufferedImage indexed = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED,
                palette);
        Map<Integer, Object> nearest = new HashMap<>();
        for (int x = 0; x < image.getWidth(); x++) {
            for (int y = 0; y < image.getHeight(); y++) {
                Object pixel = nearest.computeIfAbsent(image.getRGB(x, y), (rgb) -> palette.getDataElements(rgb, null));
                indexed.getRaster().setDataElements(x, y, pixel);
            }
        }
        Files.createDirectories(file.toAbsolutePath().getParent());
        ImageIO.write(indexed, "png", file.toFile());
    }

    /** Has the most frequent colours; a rare one becomes the nearest of them. */
    private static IndexColorModel palette(BufferedImage image) {
        Map<Integer, Integer> frequencies = new HashMap<>();
        for (int rgb : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
            frequencies.merge(rgb, 1, Integer::sum);
        }
        int[] colours = frequencies.entrySet()
            .stream()
            .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
            .limit(COLOURS)
            .mapToInt(Map.Entry::getKey)
            .toArray();
        return new IndexColorModel(Byte.SIZE, colours.length, colours, 0, false, -1, 0);
    }

}
